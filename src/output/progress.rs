//! How far a download or an upload is: a bar on a terminal, redrawn a few times a second while bytes pass.
//!
//! It is told of bytes and draws on standard error; there is no thread, so that a transfer that stands still shows what was
//! last known. What is drawn is worked out by pure functions. Nothing here knows what is transferred.

use std::io::{self, Read, Write};
use std::time::{Duration, Instant};

/// The time between two drawings.
const PERIOD: Duration = Duration::from_millis(100);
/// The bar itself is never longer than this, in columns.
const LONGEST_BAR: usize = 40;
/// A bar shorter than this says nothing.
const SHORTEST_BAR: usize = 5;

/// How the bar looks on the terminal at hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Look {
    pub(crate) colors: bool,
    /// Whether the terminal shows more than ASCII.
    pub(crate) unicode: bool,
    pub(crate) place: Place,
}

/// Where the cursor waits between two drawings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// On the line below, which is clean for the shell when Ctrl-C ends the run.
    Below,
    /// Behind the bar: another program of a pipe may write on the same terminal, and its lines are not to be gone over.
    Behind,
}

/// What is transferred, for the words before the bar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Transfer {
    Download,
    Upload,
}

/// Counts a transfer and shows it.
pub(crate) struct Meter {
    state: State,
    started: Instant,
    bar: Option<Bar>,
}

/// How far it is.
#[derive(Clone, Copy, Debug)]
struct State {
    transfer: Transfer,
    /// Bytes that were there before.
    from: u64,
    /// Bytes that are there now, those from before included.
    done: u64,
    whole: Option<u64>,
    /// Bytes a second, once it is known.
    rate: Option<f64>,
}

/// The drawing.
struct Bar {
    look: Look,
    next: Instant,
    measured: (Instant, u64),
    is_drawn: bool,
}

impl Meter {
    /// A transfer of so many bytes, of which `from` are there. It is drawn after `delay`, if there is a `look`.
    pub(crate) fn new(
        transfer: Transfer,
        from: u64,
        whole: Option<u64>,
        look: Option<Look>,
        delay: Duration,
    ) -> Meter {
        let started = Instant::now();
        Meter {
            state: State {
                transfer,
                from,
                done: from,
                whole,
                rate: None,
            },
            started,
            bar: look.map(|look| Bar {
                look,
                next: started + delay,
                measured: (started, from),
                is_drawn: false,
            }),
        }
    }

    /// Counts bytes that have passed.
    pub(crate) fn advance(&mut self, bytes: usize) {
        self.state.done += bytes as u64;
        if let Some(bar) = &mut self.bar {
            let now = Instant::now();
            if now >= bar.next {
                bar.draw(&mut self.state, now);
            }
        }
    }

    /// Bytes that are there now, those from before included.
    pub(crate) fn done(&self) -> u64 {
        self.state.done
    }

    /// Takes the bar away and tells how it went.
    pub(crate) fn summary(&mut self) -> String {
        self.bar = None;
        summary(&self.state, self.started.elapsed().as_secs_f64())
    }
}

/// A body that is counted, and shown, while it is read to be sent.
pub(crate) struct Metered<R> {
    pub(crate) body: R,
    pub(crate) meter: Meter,
}

impl<R: Read> Read for Metered<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let length = self.body.read(out)?;
        self.meter.advance(length);
        Ok(length)
    }
}

impl Bar {
    fn draw(&mut self, state: &mut State, now: Instant) {
        let (since, before) = self.measured;
        let seconds = now.duration_since(since).as_secs_f64();
        if seconds > 0.0 {
            let rate = (state.done - before) as f64 / seconds;
            // A mean that forgets, so that the number can be read and still follows a change.
            state.rate = Some(state.rate.map_or(rate, |old| old * 0.8 + rate * 0.2));
        }
        self.measured = (now, state.done);
        self.next = now + PERIOD;
        let line = line(state, self.look, columns().saturating_sub(1));
        let text = match (self.look.place, self.is_drawn) {
            (Place::Below, false) => format!("{line}\n"),
            (Place::Below, true) => format!("\x1b[1A\r\x1b[2K{line}\n"),
            (Place::Behind, _) => format!("\r\x1b[2K{line}"),
        };
        self.is_drawn = true;
        show(&text);
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        if self.is_drawn {
            show(match self.look.place {
                Place::Below => "\x1b[1A\r\x1b[2K",
                Place::Behind => "\r\x1b[2K",
            });
        }
    }
}

/// A terminal that has gone away has nobody to show a bar to.
fn show(text: &str) {
    let _ = std::io::stderr().write_all(text.as_bytes());
}

/// The width of the terminal; it may change while we look.
fn columns() -> usize {
    #[cfg(unix)]
    if let Ok(size) = rustix::termios::tcgetwinsize(std::io::stderr())
        && size.ws_col > 0
    {
        return usize::from(size.ws_col);
    }
    80
}

/// One line of at most so many columns: `[ ━━━━━━ ]  37% ( 1.1/3.0 MB ) 0:00:02 1.0 MB/s`.
fn line(state: &State, look: Look, columns: usize) -> String {
    let words = match state.transfer {
        Transfer::Download => "",
        Transfer::Upload => "Uploading ",
    };
    let rate = state.rate.map_or("?".to_owned(), |rate| {
        format!("{}/s", amount(rate.max(0.0) as u64))
    });
    let Some(whole) = state.whole else {
        return cut(&format!("{words}{} {rate}", amount(state.done)), columns);
    };
    let share = match whole {
        0 => 1.0,
        _ => (state.done as f64 / whole as f64).min(1.0),
    };
    let left = whole.saturating_sub(state.done) as f64;
    let left = state
        .rate
        .filter(|rate| *rate > 0.0)
        .map(|rate| left / rate);
    let facts = format!(
        "{:3}% ( {} ) {} {rate}",
        (share * 100.0) as u8,
        of(state.done, whole),
        left.map_or("-:--:--".to_owned(), clock),
    );
    let taken = words.len() + facts.len() + "[  ] ".len();
    let room = columns.saturating_sub(taken).min(LONGEST_BAR);
    if room < SHORTEST_BAR {
        return cut(&format!("{words}{facts}"), columns);
    }
    format!("{words}[ {} ] {facts}", bar(share, room, look))
}

fn bar(share: f64, columns: usize, look: Look) -> String {
    let full = ((share * columns as f64) as usize).min(columns);
    let (filled, open) = match (look.unicode, look.colors) {
        (true, true) => ("━", "━"),
        (true, false) => ("━", " "),
        (false, _) => ("#", "-"),
    };
    let (filled, open) = (filled.repeat(full), open.repeat(columns - full));
    match look.colors {
        true => format!("\x1b[36m{filled}\x1b[90m{open}\x1b[0m"),
        false => format!("{filled}{open}"),
    }
}

/// Text without colours, as much of it as fits.
fn cut(text: &str, columns: usize) -> String {
    text.chars().take(columns).collect()
}

fn summary(state: &State, seconds: f64) -> String {
    let moved = state.done - state.from;
    let rate = match seconds > 0.0 {
        true => (moved as f64 / seconds) as u64,
        false => moved,
    };
    let before = match state.from {
        0 => String::new(),
        from => format!(", after {} from before", amount(from)),
    };
    let hundredths = (seconds * 100.0).round() as u64;
    format!(
        "{} in {:02}:{:02}.{:02} ({}/s){before}",
        amount(moved),
        hundredths / 6000,
        hundredths / 100 % 60,
        hundredths % 100,
        amount(rate),
    )
}

/// Decimal units, as on the labels of disks and lines.
const UNITS: [(&str, f64); 5] = [
    ("PB", 1e15),
    ("TB", 1e12),
    ("GB", 1e9),
    ("MB", 1e6),
    ("kB", 1e3),
];

fn unit(bytes: u64) -> Option<(&'static str, f64)> {
    UNITS.into_iter().find(|(_, size)| bytes as f64 >= *size)
}

/// `10 bytes`, `1.5 MB`.
pub(crate) fn amount(bytes: u64) -> String {
    match unit(bytes) {
        Some((name, size)) => format!("{:.1} {name}", bytes as f64 / size),
        None if bytes == 1 => "1 byte".to_owned(),
        None => format!("{bytes} bytes"),
    }
}

/// `0.5/1.5 MB`.
fn of(done: u64, whole: u64) -> String {
    match unit(whole) {
        Some((name, size)) => format!(
            "{:.1}/{:.1} {name}",
            done as f64 / size,
            whole as f64 / size
        ),
        None => format!("{done}/{whole} bytes"),
    }
}

/// `1:02:03`.
fn clock(seconds: f64) -> String {
    // What is longer than a hundred hours nobody will wait for.
    let seconds = seconds.clamp(0.0, 359_999.0) as u64;
    format!(
        "{}:{:02}:{:02}",
        seconds / 3600,
        seconds / 60 % 60,
        seconds % 60
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: Look = Look {
        colors: false,
        unicode: false,
        place: Place::Below,
    };

    fn state(done: u64, whole: Option<u64>, rate: Option<f64>) -> State {
        State {
            transfer: Transfer::Download,
            from: 0,
            done,
            whole,
            rate,
        }
    }

    #[test]
    fn a_line_says_how_far_it_is_in_every_width() {
        let half = state(1_500_000, Some(3_000_000), Some(500_000.0));
        let shown = line(&half, PLAIN, 79);
        assert!(shown.starts_with("[ #################"), "{shown}");
        assert!(
            shown.ends_with("- ]  50% ( 1.5/3.0 MB ) 0:00:03 500.0 kB/s"),
            "{shown}"
        );
        assert!(shown.len() <= 79, "{shown}");
        for (columns, want) in [
            (45, " 50% ( 1.5/3.0 MB ) 0:00:03 500.0 kB/s"),
            (10, " 50% ( 1.5"),
            (0, ""),
        ] {
            assert_eq!(line(&half, PLAIN, columns), want);
        }
        let unknown = state(1_500_000, None, None);
        assert_eq!(line(&unknown, PLAIN, 79), "1.5 MB ?");
    }

    #[test]
    fn more_than_was_announced_is_no_more_than_all() {
        for (done, whole) in [(10, 5), (0, 0), (u64::MAX, 1), (5, u64::MAX)] {
            let shown = line(&state(done, Some(whole), Some(0.0)), PLAIN, 200);
            assert!(shown.contains("-:--:--"), "{shown}");
        }
    }

    #[test]
    fn amounts_have_a_fitting_unit() {
        for (bytes, want) in [
            (0, "0 bytes"),
            (1, "1 byte"),
            (999, "999 bytes"),
            (1000, "1.0 kB"),
            (3_000_000, "3.0 MB"),
            (u64::MAX, "18446.7 PB"),
        ] {
            assert_eq!(amount(bytes), want);
        }
        assert_eq!(of(0, 10), "0/10 bytes");
        assert_eq!(clock(3723.9), "1:02:03");
        assert_eq!(clock(f64::INFINITY), "99:59:59");
    }

    #[test]
    fn a_summary_counts_what_was_moved() {
        assert_eq!(
            summary(&state(3_000_000, None, None), 65.5),
            "3.0 MB in 01:05.50 (45.8 kB/s)"
        );
        let resumed = State {
            from: 5,
            ..state(10, Some(10), None)
        };
        assert_eq!(
            summary(&resumed, 0.0),
            "5 bytes in 00:00.00 (5 bytes/s), after 5 bytes from before"
        );
    }
}
