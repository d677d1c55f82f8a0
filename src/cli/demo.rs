//! `sightline demo`: a whole review on this machine.

use std::process::ExitCode;

#[derive(Debug, clap::Args)]
pub struct Args {}

pub fn run(_args: Args) -> anyhow::Result<ExitCode> {
    anyhow::bail!("`sightline demo` is not part of this build yet")
}
