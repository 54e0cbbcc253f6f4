//! Runs a program, and says what it took.

use std::io::Read;
use std::process::{Command, Stdio};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::{Duration, Instant};
use wait4::Wait4;

/// How programs are run.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Manner {
    /// They are ended after this.
    pub(crate) limit: Duration,
    /// The processor that they are kept on.
    pub(crate) processor: Option<usize>,
}

/// What came of it.
#[derive(Clone, Debug)]
pub(crate) struct Ran {
    /// The standard output. Nothing, where the program was ended.
    pub(crate) text: Option<String>,
    /// From the start of the process to its end.
    pub(crate) elapsed: Duration,
    /// The most memory that it had, in bytes.
    pub(crate) memory: u64,
}

/// The last processor, where `taskset` is there to keep programs on it. The first ones have more to do with interrupts.
pub(crate) fn last_processor() -> Option<usize> {
    let taskset =
        Command::new("taskset").arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    taskset.ok()?;
    crate::machine::processors().checked_sub(1)
}

impl Manner {
    pub(crate) fn run(&self, program: &str, arguments: &[String]) -> std::io::Result<Ran> {
        let mut command = match self.processor {
            Some(processor) => {
                let mut command = Command::new("taskset");
                command.args(["--cpu-list", &processor.to_string(), program]);
                command
            }
            None => Command::new(program),
        };
        command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        let started = Instant::now();
        let mut child = command.spawn()?;
        let mut output = child.stdout.take();
        let (sender, receiver) = channel();
        std::thread::spawn(move || {
            let mut text = Vec::new();
            let read = output.as_mut().map_or(Ok(0), |output| output.read_to_end(&mut text));
            // Nobody listens any more where the limit was reached.
            let _ = sender.send(read.map(|_| text));
        });
        let text = match receiver.recv_timeout(self.limit) {
            Ok(text) => Some(String::from_utf8_lossy(&text?).into_owned()),
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {
                child.kill()?;
                None
            }
        };
        let used = child.wait4()?;
        Ok(Ran { text, elapsed: started.elapsed(), memory: used.rusage.maxrss })
    }
}
