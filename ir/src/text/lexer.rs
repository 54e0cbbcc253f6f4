//! Tokens of the text form.

use super::TextError;

/// A token.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Token {
    /// An identifier or keyword.
    Word(String),
    /// A text in quotes.
    Quoted(String),
    /// A number without sign.
    Number(u64),
    /// Punctuation.
    Sign(&'static str),
    /// The end of the text.
    End,
}

impl Token {
    pub(super) fn describe(&self) -> String {
        match self {
            Token::Word(word) => format!("`{word}`"),
            Token::Quoted(text) => format!("{text:?}"),
            Token::Number(n) => format!("`{n}`"),
            Token::Sign(sign) => format!("`{sign}`"),
            Token::End => "the end of the text".to_owned(),
        }
    }
}

/// Longer ones first, where one begins with another.
const SIGNS: &[&str] = &[
    "..=", "..", ":=", "==", "!=", "<=", ">=", "&&", "||", "=", "<", ">", "!", "+", "-", "*", "(", ")", "[",
    "]", "{", "}", ",", ":", ";", "'", "@", "#", "$", "%",
];

/// The tokens, each with its line; the last is [`Token::End`].
pub(super) fn tokens(text: &str) -> Result<Vec<(Token, u32)>, TextError> {
    let mut out = Vec::new();
    let mut line = 1u32;
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let error = |message: String| TextError { line, message };
        if first.is_whitespace() {
            line = line.saturating_add(u32::from(first == '\n'));
            rest = &rest[first.len_utf8()..];
        } else if rest.starts_with("//") {
            rest = rest.find('\n').map_or("", |end| &rest[end..]);
        } else if is_word_start(first) {
            let end = word_end(rest);
            out.push((Token::Word(rest[..end].to_owned()), line));
            rest = &rest[end..];
        } else if first.is_ascii_digit() {
            let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
            let number = rest[..end].parse().map_err(|_| error(format!("{} is too large", &rest[..end])))?;
            out.push((Token::Number(number), line));
            rest = &rest[end..];
        } else if first == '"' {
            let (text, end) = quoted(rest).map_err(error)?;
            out.push((Token::Quoted(text), line));
            rest = &rest[end..];
        } else if let Some(sign) = SIGNS.iter().find(|sign| rest.starts_with(**sign)) {
            out.push((Token::Sign(sign), line));
            rest = &rest[sign.len()..];
        } else {
            return Err(error(format!("unexpected character {first:?}")));
        }
    }
    out.push((Token::End, line));
    Ok(out)
}

fn is_word_start(c: char) -> bool {
    c.is_alphabetic() || c == '_'
}

fn is_word_part(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Where the word that the text begins with ends. A dot belongs to it only before a letter, digit or underscore.
fn word_end(text: &str) -> usize {
    let mut end = 0;
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let inside = c == '.' && chars.peek().is_some_and(|(_, next)| is_word_part(*next));
        if !is_word_part(c) && !inside {
            break;
        }
        end = at + c.len_utf8();
    }
    end
}

/// Whether a text is one word, so that a name need not be quoted.
pub(super) fn is_word(text: &str) -> bool {
    text.starts_with(is_word_start) && word_end(text) == text.len()
}

/// The text in quotes that the text begins with, and where it ends.
fn quoted(text: &str) -> Result<(String, usize), String> {
    let unclosed = || "a quoted text without end".to_owned();
    let mut out = String::new();
    let mut chars = text.char_indices().skip(1);
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return Ok((out, at + 1)),
            '\n' => return Err(unclosed()),
            '\\' => match chars.next().ok_or_else(unclosed)?.1 {
                'n' => out.push('\n'),
                'r' => out.push('\r'),
                't' => out.push('\t'),
                '0' => out.push('\0'),
                'u' => {
                    let digits: String =
                        chars.by_ref().map(|(_, c)| c).take_while(|c| *c != '}').take(8).collect();
                    let digits = digits.strip_prefix('{').unwrap_or_default();
                    let code = u32::from_str_radix(digits, 16).ok().and_then(char::from_u32);
                    out.push(code.ok_or_else(|| format!("\\u{{{digits}}} is no character"))?);
                }
                escaped @ ('\\' | '"' | '\'') => out.push(escaped),
                other => return Err(format!("unknown escape \\{other}")),
            },
            c => out.push(c),
        }
    }
    Err(unclosed())
}
