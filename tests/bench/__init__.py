"""What the product costs, measured: `make bench`. No test; docs/performance.md is its report."""
