//! Rules of the family `logging`.

pub mod log_args_mismatch;
