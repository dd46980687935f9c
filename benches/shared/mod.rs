//! What times are measured with: the median of so many runs, after one that warms up. `json` does without: it
//! measures what passes in a second.

use std::time::{Duration, Instant};

/// Runs the work so often and prints a line: its name, the median, the best time, and the number of runs. `per_run` is how
/// many things one run does; the times are those of one thing.
pub(crate) fn measure(name: &str, runs: usize, per_run: u32, mut work: impl FnMut()) {
    work();
    let mut times: Vec<Duration> = (0..runs)
        .map(|_| {
            let start = Instant::now();
            work();
            start.elapsed() / per_run
        })
        .collect();
    times.sort_unstable();
    let (best, median) = (times[0], times[times.len() / 2]);
    println!(
        "{name:44} {:>10} (best {:>10}, {runs} runs)",
        shown(median),
        shown(best)
    );
}

fn shown(time: Duration) -> String {
    let seconds = time.as_secs_f64();
    match seconds {
        1e-3.. => format!("{:.2} ms", seconds * 1e3),
        1e-6.. => format!("{:.2} µs", seconds * 1e6),
        _ => format!("{:.0} ns", seconds * 1e9),
    }
}
