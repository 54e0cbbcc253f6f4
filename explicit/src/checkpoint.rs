//! Saving a search between two depths, and going on from there.
//!
//! A checkpoint is a row of words and of lists with their lengths in front, and ends in a checksum. It is written beside the file that it
//! replaces, and takes its name when it is safe on the disk: whenever the process dies, there is a whole one.

use crate::memory::{Full, Memory};
use crate::options::Checkpoint;
use crate::search::{Search, Task};
use crate::store::Store;
use bytemuck::{cast_slice, cast_slice_mut};
use crc32fast::Hasher;
use musilc_ir::{Step, Trace, TransitionId, Unknown, text};
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

/// How every checkpoint begins. The number changes with the format.
const MAGIC: &[u8] = b"musilc checkpoint 2\n";

/// In place of a number that there is none.
const NONE: u64 = u64::MAX;

/// Writes a checkpoint.
pub(crate) struct Writer {
    file: BufWriter<File>,
    checksum: Hasher,
}

impl Writer {
    fn bytes(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.checksum.update(bytes);
        self.file.write_all(bytes)
    }

    /// A word.
    pub(crate) fn word(&mut self, word: u64) -> io::Result<()> {
        self.bytes(&word.to_ne_bytes())
    }

    /// Words, without their number.
    pub(crate) fn words(&mut self, words: &[u64]) -> io::Result<()> {
        self.bytes(cast_slice(words))
    }

    /// A list: its length, and its words.
    pub(crate) fn list(&mut self, words: &[u64]) -> io::Result<()> {
        self.word(words.len() as u64)?;
        self.words(words)
    }

    fn text(&mut self, text: &str) -> io::Result<()> {
        self.word(text.len() as u64)?;
        self.bytes(text.as_bytes())
    }
}

/// Reads a checkpoint.
pub(crate) struct Reader {
    file: BufReader<File>,
    checksum: Hasher,
    /// Bytes of the file that have not been read: no list is longer.
    left: u64,
}

/// Why a search cannot go on from a file.
#[derive(Debug)]
pub(crate) enum Unfit {
    /// It cannot be read.
    Io(io::Error),
    /// It is not what was written.
    Damaged,
    /// It belongs to something else.
    Other(&'static str),
    /// Memory does not suffice.
    Full,
}

impl From<io::Error> for Unfit {
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::UnexpectedEof { Unfit::Damaged } else { Unfit::Io(error) }
    }
}

impl From<Full> for Unfit {
    fn from(_: Full) -> Self {
        Unfit::Full
    }
}

impl Reader {
    fn bytes(&mut self, bytes: &mut [u8]) -> Result<(), Unfit> {
        self.file.read_exact(bytes)?;
        self.checksum.update(bytes);
        self.left = self.left.saturating_sub(bytes.len() as u64);
        Ok(())
    }

    /// A word.
    pub(crate) fn word(&mut self) -> Result<u64, Unfit> {
        let mut bytes = [0; 8];
        self.bytes(&mut bytes)?;
        Ok(u64::from_ne_bytes(bytes))
    }

    /// Words without their number: as many as there is room for.
    pub(crate) fn words(&mut self, words: &mut [u64]) -> Result<(), Unfit> {
        self.bytes(cast_slice_mut(words))
    }

    /// The length of a list whose items have so many bytes. No longer than the file, so that a damaged one asks for no absurd memory.
    pub(crate) fn length(&mut self, size: u64) -> Result<usize, Unfit> {
        let length = self.word()?;
        if length.checked_mul(size).is_none_or(|bytes| bytes > self.left) {
            return Err(Unfit::Damaged);
        }
        usize::try_from(length).map_err(|_| Unfit::Damaged)
    }

    /// A list.
    pub(crate) fn list(&mut self) -> Result<Vec<u64>, Unfit> {
        let mut words = vec![0; self.length(8)?];
        self.words(&mut words)?;
        Ok(words)
    }

    fn expect(&mut self, expected: &[u8], otherwise: &'static str) -> Result<(), Unfit> {
        let length = self.length(1)?;
        let mut found = vec![0; length];
        self.bytes(&mut found)?;
        if found == expected { Ok(()) } else { Err(Unfit::Other(otherwise)) }
    }
}

/// The file that the next checkpoint is written to before it takes the place of the last one.
fn beside(file: &Path) -> PathBuf {
    let mut name = file.file_name().unwrap_or_default().to_owned();
    name.push(".partial");
    file.with_file_name(name)
}

impl Checkpoint {
    /// Writes a search that has just come to a depth.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub(crate) fn save<S: Store>(&self, search: &Search<'_, S>, depth: u32) -> Result<(), Unknown> {
        self.write(search, depth).map_err(|error| {
            Unknown::Incapable(format!("the checkpoint `{}` cannot be written: {error}", self.file.display()))
        })
    }

    fn write<S: Store>(&self, search: &Search<'_, S>, depth: u32) -> io::Result<()> {
        let partial = beside(&self.file);
        let mut out = Writer {
            file: BufWriter::with_capacity(1 << 20, File::create(&partial)?),
            checksum: Hasher::new(),
        };
        out.bytes(MAGIC)?;
        out.text(&identity(search.task))?;
        out.text(S::KIND)?;
        out.word(depth.into())?;
        out.list(&search.levels)?;
        out.word(search.decided.map_or(NONE, u64::from))?;
        for witness in &search.witnesses {
            write_trace(&mut out, search.task, witness.as_ref())?;
        }
        out.list(&search.fired())?;
        let unmet: Vec<u64> = search.unmet().map(|probe| probe as u64).collect();
        out.list(&unmet)?;
        search.store.save(&mut out)?;
        let checksum = out.checksum.clone().finalize();
        out.word(checksum.into())?;
        let file = out.file.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.sync_all()?;
        std::fs::rename(&partial, &self.file)
    }

    /// Goes on from the file, if it is there: the depth that the search had come to.
    ///
    /// # Errors
    /// Where the file cannot be read, or belongs to something else.
    pub(crate) fn load<S: Store>(&self, search: &mut Search<'_, S>) -> Result<Option<u32>, Unknown> {
        let name = self.file.display();
        self.read(search).map_err(|unfit| match unfit {
            Unfit::Full => search.task.out_of_memory(),
            Unfit::Io(error) => {
                Unknown::Incapable(format!("the checkpoint `{name}` cannot be read: {error}"))
            }
            Unfit::Damaged => Unknown::Incapable(format!(
                "`{name}` is damaged, or not a checkpoint of this version; remove it to begin anew"
            )),
            Unfit::Other(why) => Unknown::Incapable(format!(
                "the checkpoint `{name}` {why}; remove it to begin anew, or choose another file"
            )),
        })
    }

    fn read<S: Store>(&self, search: &mut Search<'_, S>) -> Result<Option<u32>, Unfit> {
        let file = match File::open(&self.file) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let left = file.metadata()?.len();
        let mut from =
            Reader { file: BufReader::with_capacity(1 << 20, file), checksum: Hasher::new(), left };
        let mut magic = vec![0; MAGIC.len()];
        from.bytes(&mut magic)?;
        if magic != MAGIC {
            return Err(Unfit::Damaged);
        }
        from.expect(identity(search.task).as_bytes(), "is of another check, or of another version of it")?;
        from.expect(
            S::KIND.as_bytes(),
            "was written with one thread where there are several now, or the other way round",
        )?;
        let depth = u32::try_from(from.word()?).map_err(|_| Unfit::Damaged)?;
        search.levels = from.list()?;
        search.decided = match from.word()? {
            NONE => None,
            decided => Some(u32::try_from(decided).map_err(|_| Unfit::Damaged)?),
        };
        for at in 0..search.witnesses.len() {
            search.witnesses[at] = read_trace(&mut from, search.task)?;
        }
        let memory: &Memory = &search.task.memory;
        let (fired, unmet) = (from.list()?, from.list()?);
        if fired.len() != search.task.program.transitions.len() {
            return Err(Unfit::Damaged);
        }
        for worker in &mut search.workers {
            worker.desk.unmet = unmet.iter().map(|&probe| probe as usize).collect();
        }
        search.workers[0].desk.fired = fired;
        search.store.load(&mut from, memory)?;
        let expected = from.checksum.clone().finalize();
        if from.word()? != expected.into() {
            return Err(Unfit::Damaged);
        }
        Ok(Some(depth))
    }

    /// Takes the file away: the search has an answer.
    pub(crate) fn remove(&self) {
        let _ = std::fs::remove_file(&self.file);
    }
}

/// What is searched and for what, so that no search goes on from another one.
fn identity(task: &Task<'_>) -> String {
    let (goal, words) = (task.goal, task.program.words);
    format!("{} {goal:?} {words}\n{}", env!("CARGO_PKG_VERSION"), text::print(task.system))
}

/// Runs are written as packed states with the instances between them.
fn write_trace(out: &mut Writer, task: &Task<'_>, trace: Option<&Trace>) -> io::Result<()> {
    let Some(trace) = trace else { return out.word(NONE) };
    let list = |out: &mut Writer, args: &[u32]| {
        let args: Vec<u64> = args.iter().map(|&arg| arg.into()).collect();
        out.list(&args)
    };
    let packed = |state: &Option<musilc_ir::State>| {
        state.as_ref().and_then(|state| task.layout.pack(state)).unwrap_or_default()
    };
    out.word(trace.steps.len() as u64)?;
    list(out, &trace.init_args)?;
    out.list(&packed(&trace.initial))?;
    for step in &trace.steps {
        out.word(step.transition.0.into())?;
        list(out, &step.args)?;
        out.list(&packed(&step.state))?;
    }
    Ok(())
}

fn read_trace(from: &mut Reader, task: &Task<'_>) -> Result<Option<Trace>, Unfit> {
    let steps = match from.word()? {
        NONE => return Ok(None),
        steps if steps > from.left => return Err(Unfit::Damaged),
        steps => steps,
    };
    let args = |from: &mut Reader| -> Result<Vec<u32>, Unfit> {
        from.list()?.into_iter().map(|arg| u32::try_from(arg).map_err(|_| Unfit::Damaged)).collect()
    };
    let mut trace = Trace { init_args: args(from)?, ..Trace::default() };
    trace.initial = task.layout.unpack(&from.list()?);
    for _ in 0..steps {
        let transition = TransitionId(u32::try_from(from.word()?).map_err(|_| Unfit::Damaged)?);
        trace.steps.push(Step { transition, args: args(from)?, state: task.layout.unpack(&from.list()?) });
    }
    Ok(Some(trace))
}
