"""What is compared with: each a worker process of its own. Only the aiokafka router is ours."""
