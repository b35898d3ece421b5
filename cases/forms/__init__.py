"""What people type, checked: plain forms without models; the services do the rest."""
