//! Finding the fenced code blocks of a Markdown file (CommonMark 0.31, sections 4.5 and 5.2).

use std::ops::Range;

use musilc_ir::Span;

/// A fenced code block.
#[derive(Clone, Debug)]
pub(super) struct Block {
    /// The opening fence and what follows it on its line.
    pub(super) fence_span: Span,
    /// The lines between the fences.
    pub(super) content: Range<usize>,
    /// The column of the opening fence.
    pub(super) indent: usize,
    /// Whether it is one of musilc's own: their lines never look like the fence of another one.
    own: bool,
    /// Set where no fence closes the block: the fence that opens the next block instead, if one does.
    pub(super) unclosed: Option<Option<Span>>,
    mark: u8,
    count: usize,
}

impl Block {
    /// What stands after the opening fence.
    pub(super) fn info<'t>(&self, text: &'t str) -> &'t str {
        text.get(self.fence_span.range()).unwrap_or_default().trim_start_matches(char::from(self.mark))
    }

    /// A fence that would close the block.
    pub(super) fn marks(&self) -> String {
        char::from(self.mark).to_string().repeat(self.count)
    }
}

/// The blocks of `text`, reading from offset `start`.
///
/// A block that nothing closes would reach to the end of the file. It is cut off at the first line in it that looks as if
/// it opened another block, and from there on such a line always cuts off the block before it: thus one forgotten
/// fence does not hide the rest of the program, and the file is read at most twice. Among musilc's own blocks it always does: no program and no trace has such a line.
pub(super) fn blocks(text: &str, start: usize) -> Vec<Block> {
    let mut scan = Scan { lists: vec![], blocks: vec![], open: None, inner: None, cut: false };
    scan.run(text, start);
    if let Some(resume) = scan.inner.take().filter(|_| scan.open.is_some()) {
        scan.close_unfinished(resume, Some(scan.fence_at(text, resume)));
        scan.cut = true;
        scan.run(text, resume);
    }
    scan.close_unfinished(text.len(), None);
    scan.blocks
}

struct Scan {
    /// The columns at which the contents of the enclosing list items begin.
    lists: Vec<usize>,
    blocks: Vec<Block>,
    /// The block that is being read; its list indentation.
    open: Option<(Block, usize)>,
    /// The start of the first line inside the open block that looks like an opening fence with words.
    inner: Option<usize>,
    /// Whether such a line ends the open block.
    cut: bool,
}

/// A line's fence, if it has one.
struct Fence<'t> {
    mark: u8,
    count: usize,
    info: &'t str,
    start: usize,
}

impl Scan {
    fn run(&mut self, text: &str, start: usize) {
        let mut at = start;
        while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
            let length = rest.find('\n').map_or(rest.len(), |end| end + 1);
            let line = rest.get(..length).unwrap_or_default().trim_end_matches(['\n', '\r']);
            self.line(line, at, at + length);
            at += length;
        }
    }

    /// Reads the line that begins at offset `start`; the next one begins at `next`.
    fn line(&mut self, line: &str, start: usize, next: usize) {
        let (mut column, mut rest) = indentation(line, 0);
        if rest.is_empty() {
            return;
        }
        if let Some((block, base)) = &mut self.open {
            let Some(fence) = fence(rest, start + (line.len() - rest.len())) else { return };
            if column > *base + 3 {
                return;
            }
            if fence.mark == block.mark && fence.count >= block.count && fence.info.trim().is_empty() {
                block.content.end = start;
                self.blocks.extend(self.open.take().map(|(block, _)| block));
                self.inner = None;
                return;
            }
            if fence.info.trim().is_empty() {
                return;
            }
            if !(self.cut || block.own && is_own(fence.info)) {
                self.inner.get_or_insert(start);
                return;
            }
            let span = Span::new(fence.start, start + line.len());
            self.close_unfinished(start, Some(span));
        }
        while self.lists.last().is_some_and(|&list| column < list) {
            self.lists.pop();
        }
        while column <= self.lists.last().copied().unwrap_or(0) + 3 {
            if let Some(fence) = fence(rest, start + (line.len() - rest.len())) {
                self.open(&fence, column, start + line.len(), next);
                return;
            }
            // A list item may begin with another list item or with a fence.
            let Some(width) = list_marker(rest) else { return };
            let after = rest.get(width..).unwrap_or_default();
            let (content, inner) = indentation(after, column + width);
            let wide = inner.is_empty() || content > column + width + 4;
            self.lists.push(if wide { column + width + 1 } else { content });
            (column, rest) = (content, inner);
        }
    }

    fn open(&mut self, fence: &Fence<'_>, indent: usize, line_end: usize, next: usize) {
        let block = Block {
            fence_span: Span::new(fence.start, line_end),
            content: next..next,
            indent,
            own: is_own(fence.info),
            unclosed: None,
            mark: fence.mark,
            count: fence.count,
        };
        self.open = Some((block, self.lists.last().copied().unwrap_or(0)));
    }

    /// Ends the open block, if there is one, at offset `end` although nothing closes it.
    fn close_unfinished(&mut self, end: usize, next: Option<Span>) {
        if let Some((mut block, _)) = self.open.take() {
            block.content.end = end.max(block.content.start);
            block.unclosed = Some(next);
            self.blocks.push(block);
        }
    }

    /// The place of the fence on the line that begins at offset `start`.
    fn fence_at(&self, text: &str, start: usize) -> Span {
        let line = text.get(start..).and_then(|rest| rest.lines().next()).unwrap_or_default();
        Span::new(start + (line.len() - line.trim_start().len()), start + line.len())
    }
}

/// Whether the words after a fence make its block one of musilc's own.
fn is_own(info: &str) -> bool {
    matches!(info.split_whitespace().next(), Some("musil" | "trace" | "chart" | "verdict"))
}

/// The column of the first character that is not blank, and the line from there on; `column` is where `line` begins.
fn indentation(line: &str, column: usize) -> (usize, &str) {
    let rest = line.trim_start_matches([' ', '\t']);
    let blank = line.get(..line.len() - rest.len()).unwrap_or_default();
    let advance = |column: usize, byte| if byte == b'\t' { (column / 4 + 1) * 4 } else { column + 1 };
    (blank.bytes().fold(column, advance), rest)
}

/// The fence that `rest`, a line without its indentation, begins with; `start` is its offset.
fn fence(rest: &str, start: usize) -> Option<Fence<'_>> {
    let mark = rest.bytes().next().filter(|byte| matches!(byte, b'`' | b'~'))?;
    let info = rest.trim_start_matches(char::from(mark));
    let count = rest.len() - info.len();
    let closed = mark == b'`' && info.contains('`');
    (count >= 3 && !closed).then_some(Fence { mark, count, info, start })
}

/// The width of the list marker that `rest` begins with: `-`, `*`, `+`, `1.` or `1)`, followed by a blank or nothing.
fn list_marker(rest: &str) -> Option<usize> {
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let width = digits + 1;
    let sign = rest.as_bytes().get(digits)?;
    let marker = match digits {
        0 => matches!(sign, b'-' | b'*' | b'+'),
        1..=9 => matches!(sign, b'.' | b')'),
        _ => false,
    };
    let apart = rest.as_bytes().get(width).is_none_or(|byte| matches!(byte, b' ' | b'\t'));
    (marker && apart).then_some(width)
}
