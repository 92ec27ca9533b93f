"""Who may do what on a shared server, and the jobs that they started: accounts, roles, projects, files, the queue."""
