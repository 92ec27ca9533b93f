"""Learning that is true of any numbers: kernels, splits, metrics, calibration, intervals. No chemistry."""
