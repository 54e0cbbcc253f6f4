//! The states of one depth, one after the other.

use crate::checkpoint::{Reader, Unfit, Writer};
use crate::memory::{Full, Memory};
use crate::store::Cursor;
use std::io;

/// Words of a chunk, once there are many.
const CHUNK: usize = 1 << 15;

/// Words of the first chunk.
const FIRST: usize = 1 << 9;

/// A list of states that never moves what it holds.
#[derive(Default, Debug)]
pub(crate) struct Level {
    chunks: Vec<Chunk>,
    words: usize,
}

#[derive(Debug)]
struct Chunk {
    words: Box<[u64]>,
    used: usize,
}

/// Chunks that are free to be used again.
#[derive(Default, Debug)]
struct Pool {
    free: Vec<Chunk>,
}

/// What a thread has for itself: the states that it has entered since the last depth, and room for more.
#[derive(Default, Debug)]
pub(crate) struct Hand {
    next: Level,
    pool: Pool,
}

impl Level {
    /// The number of words.
    pub(crate) fn words(&self) -> usize {
        self.words
    }

    /// The next words from a position on, at most so many.
    #[inline]
    pub(crate) fn block(&self, cursor: &mut Cursor, most: usize) -> &[u64] {
        while let Some(chunk) = self.chunks.get(cursor.chunk) {
            let rest = &chunk.words[cursor.at..chunk.used];
            if !rest.is_empty() {
                let block = &rest[..rest.len().min(most)];
                cursor.at += block.len();
                return block;
            }
            *cursor = Cursor { chunk: cursor.chunk + 1, at: 0 };
        }
        &[]
    }

    /// All words, in pieces that hold whole states.
    pub(crate) fn pieces(&self) -> impl Iterator<Item = &[u64]> + Clone {
        self.chunks.iter().map(|chunk| &chunk.words[..chunk.used])
    }

    /// Writes it.
    pub(crate) fn save(&self, out: &mut Writer) -> io::Result<()> {
        out.word(self.words as u64)?;
        self.pieces().try_for_each(|piece| out.words(piece))
    }

    /// Reads a list of states of so many words each.
    pub(crate) fn load(from: &mut Reader, width: usize, memory: &Memory) -> Result<Self, Unfit> {
        let (mut left, mut pool) = (from.length(8)?, Pool::default());
        let mut level = Self::default();
        while left > 0 {
            let tail = level.tail(width, &mut pool, memory)?;
            let some = (tail.len() / width * width).min(left);
            from.words(&mut tail[..some])?;
            level.commit(some);
            left -= some;
        }
        Ok(level)
    }

    /// Room for so many words more, to be taken by [`Self::commit`].
    #[inline]
    fn tail(&mut self, words: usize, pool: &mut Pool, memory: &Memory) -> Result<&mut [u64], Full> {
        let fits = self.chunks.last().is_some_and(|chunk| chunk.words.len() - chunk.used >= words);
        if !fits {
            // Chunks grow with the list, so that short lists stay small.
            let wanted = self.words.clamp(FIRST, CHUNK).max(words);
            let chunk = pool.take(wanted, memory).or_else(|_| pool.take(words, memory))?;
            self.chunks.try_reserve(1).map_err(|_| Full)?;
            self.chunks.push(chunk);
        }
        let Some(chunk) = self.chunks.last_mut() else { return Err(Full) };
        Ok(&mut chunk.words[chunk.used..])
    }

    /// So many words of the tail have been written.
    #[inline]
    fn commit(&mut self, words: usize) {
        if let Some(chunk) = self.chunks.last_mut() {
            chunk.used += words;
            self.words += words;
        }
    }
}

impl Pool {
    fn take(&mut self, words: usize, memory: &Memory) -> Result<Chunk, Full> {
        if let Some(at) = self.free.iter().rposition(|chunk| chunk.words.len() >= words) {
            return Ok(Chunk { used: 0, ..self.free.swap_remove(at) });
        }
        memory.charge(words as u64 * 8)?;
        let mut fresh: Vec<u64> = Vec::new();
        if fresh.try_reserve_exact(words).is_err() {
            memory.release(words as u64 * 8);
            return Err(Full);
        }
        fresh.resize(words, 0);
        Ok(Chunk { words: fresh.into_boxed_slice(), used: 0 })
    }
}

impl Hand {
    /// Room for so many words more, to be taken by [`Self::commit`].
    #[inline]
    pub(crate) fn tail(&mut self, words: usize, memory: &Memory) -> Result<&mut [u64], Full> {
        self.next.tail(words, &mut self.pool, memory)
    }

    /// So many words of the tail have been written.
    #[inline]
    pub(crate) fn commit(&mut self, words: usize) {
        self.next.commit(words);
    }

    /// Appends a word.
    pub(crate) fn push(&mut self, word: u64, memory: &Memory) -> Result<(), Full> {
        if let Some(place) = self.tail(1, memory)?.first_mut() {
            *place = word;
            self.commit(1);
        }
        Ok(())
    }

    /// Takes the states of all hands.
    pub(crate) fn gather(hands: &mut [&mut Self]) -> Level {
        let mut all = Level::default();
        for hand in hands {
            let next = std::mem::take(&mut hand.next);
            all.words += next.words;
            all.chunks.extend(next.chunks);
        }
        all
    }

    /// Gives the room of a list that is no longer needed to all hands, in turn.
    pub(crate) fn give(hands: &mut [&mut Self], list: Level, memory: &Memory) {
        let turns = hands.len().max(1);
        for (turn, chunk) in list.chunks.into_iter().enumerate() {
            match hands.get_mut(turn % turns) {
                Some(hand) if chunk.words.len() >= CHUNK => hand.pool.free.push(chunk),
                _ => memory.release(chunk.words.len() as u64 * 8),
            }
        }
    }
}
