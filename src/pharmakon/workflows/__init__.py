"""One verb a file: a frozen configuration and run(config, ...) -> result. Here the packages below are joined."""
