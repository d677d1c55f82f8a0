//! The program: everything it can do is in the library, this only hands over the exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    sightline::cli::main()
}
