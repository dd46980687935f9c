//! The small markup in which help texts are written, and its plain rendering.
//!
//! Paragraphs have empty lines between them and are filled; a line that starts with four spaces is kept as it is;
//! `backticks` mark what is typed. Nothing here knows what the texts are about.

/// A piece of a help text.
#[derive(Debug, PartialEq)]
pub(crate) enum Block<'a> {
    /// Words to be filled into lines.
    Paragraph(Vec<&'a str>),
    /// Lines to be kept, without the four spaces that marked them.
    Literal(Vec<&'a str>),
}

/// Cuts a text into its pieces.
pub(crate) fn blocks(text: &str) -> Vec<Block<'_>> {
    let mut blocks: Vec<Block> = Vec::new();
    // Whether the line before belongs to a piece that this one can go on.
    let mut open = false;
    for line in text.lines() {
        let was_open = std::mem::replace(&mut open, !line.is_empty());
        match (line.strip_prefix("    "), blocks.last_mut()) {
            _ if line.is_empty() => {}
            (Some(line), Some(Block::Literal(lines))) if was_open => lines.push(line),
            (None, Some(Block::Paragraph(words))) if was_open => words.extend(words_of(line)),
            (Some(line), _) => blocks.push(Block::Literal(vec![line])),
            (None, _) => blocks.push(Block::Paragraph(words_of(line).collect())),
        }
    }
    blocks
}

/// Splits a line at its spaces, but not at those between backticks: what is typed stays on one line.
fn words_of(line: &str) -> impl Iterator<Item = &str> {
    let mut marked = false;
    line.split(move |letter| {
        marked ^= letter == '`';
        letter == ' ' && !marked
    })
}

/// Fills words into lines of at most `width` characters; a longer word has a line of its own.
pub(crate) fn fill(words: &[&str], width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut room = 0;
    for word in words {
        let length = word.chars().count();
        match lines.last_mut() {
            Some(line) if length < room => {
                line.push(' ');
                line.push_str(word);
                room -= length + 1;
            }
            _ => {
                lines.push((*word).to_owned());
                room = width.saturating_sub(length);
            }
        }
    }
    lines
}

/// A text as plain lines of at most `width` characters, where that can be, each `indent` spaces from the left.
pub(crate) fn plain(text: &str, indent: usize, width: usize) -> String {
    let margin = " ".repeat(indent);
    let mut out = String::new();
    for block in blocks(text) {
        if !out.is_empty() {
            out.push('\n');
        }
        let lines = match block {
            Block::Paragraph(words) => fill(&words, width.saturating_sub(indent)),
            Block::Literal(lines) => lines.iter().map(|line| format!("    {line}")).collect(),
        };
        for line in lines {
            out.push_str(&margin);
            out.push_str(&line);
            out.push('\n');
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paragraphs_are_filled_and_literal_lines_are_kept() {
        let text = "One two\nthree four.\n\n    $ kept  as it is\n    too\n\nEnd.";
        let want = "  One two\n  three four.\n\n      $ kept  as it is\n      too\n\n  End.\n";
        assert_eq!(plain(text, 2, 13), want);
    }

    #[test]
    fn literal_lines_may_follow_a_paragraph_directly() {
        assert_eq!(plain("Like:\n    x", 0, 80), "Like:\n\n    x\n");
    }

    #[test]
    fn what_stands_between_backticks_stays_together() {
        let want = [Block::Paragraph(vec!["Type", "`httpie http`,", "then"])];
        assert_eq!(blocks("Type `httpie http`, then"), want);
    }

    #[test]
    fn a_word_that_is_too_long_has_a_line_of_its_own() {
        assert_eq!(fill(&["a", "bbbbbb", "c"], 3), ["a", "bbbbbb", "c"]);
        assert_eq!(fill(&["ab", "c", "d"], 4), ["ab c", "d"]);
    }
}
