"""Pages: ask policy, call one service, render one template."""
