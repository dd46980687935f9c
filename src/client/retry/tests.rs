//! When to try again, how long to wait, and when to give up.

use super::*;

fn usual(retries: u32) -> Rules {
    Rules {
        retries,
        on: RetryOn::usual(),
        ..Rules::default()
    }
}

fn occasion(event: Event) -> Occasion<'static> {
    Occasion {
        event,
        method: "GET",
        retry_after: None,
        now: 1_000_000_000,
        elapsed: Duration::ZERO,
        random: 0.0,
    }
}

const REFUSED: Event = Event::Failed(Trouble::Unreachable);
const UNAVAILABLE: Event = Event::Answered(503);

fn pause(verdict: &Verdict) -> Option<Duration> {
    match verdict {
        Verdict::Again(pause, _) => Some(*pause),
        _ => None,
    }
}

fn is_repeated(rules: &Rules, occasion: &Occasion<'_>) -> bool {
    let verdict = Persistence::new(rules.clone()).judge(occasion);
    matches!(verdict, Verdict::Again(..))
}

#[test]
fn without_options_every_attempt_is_the_last() {
    for event in [REFUSED, UNAVAILABLE, Event::Answered(200)] {
        assert!(!is_repeated(&Rules::default(), &occasion(event)));
    }
}

#[test]
fn what_is_likely_to_pass_is_tried_again() {
    for (event, want) in [
        (REFUSED, true),
        (Event::Failed(Trouble::UnreachableInTime), true),
        (Event::Failed(Trouble::BrokenOff), true),
        (Event::Failed(Trouble::Silent), false),
        (Event::Answered(429), true),
        (Event::Answered(502), true),
        (UNAVAILABLE, true),
        (Event::Answered(504), true),
        (Event::Answered(500), false),
        (Event::Answered(200), false),
        (Event::Answered(404), false),
    ] {
        assert_eq!(is_repeated(&usual(1), &occasion(event)), want, "{event:?}");
    }
}

#[test]
fn the_conditions_are_those_that_were_asked_for() {
    let rules = Rules {
        on: vec![RetryOn::Timeout, RetryOn::Status(500)],
        ..usual(1)
    };
    for (event, want) in [
        (REFUSED, false),
        (Event::Failed(Trouble::UnreachableInTime), true),
        (Event::Failed(Trouble::Silent), true),
        (UNAVAILABLE, false),
        (Event::Answered(500), true),
    ] {
        assert_eq!(is_repeated(&rules, &occasion(event)), want, "{event:?}");
    }
}

#[test]
fn pauses_double_up_to_half_a_minute_and_lose_a_random_half_at_most() {
    for (random, want) in [
        (0.0, [500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]),
        (1.0, [250, 500, 1000, 2000, 4000, 8000, 15_000, 15_000]),
    ] {
        let mut persistence = Persistence::new(usual(8));
        for (index, millis) in want.into_iter().enumerate() {
            let verdict = persistence.judge(&Occasion {
                random,
                ..occasion(REFUSED)
            });
            assert_eq!(
                pause(&verdict),
                Some(Duration::from_millis(millis)),
                "{index}"
            );
        }
        assert_eq!(persistence.judge(&occasion(REFUSED)), Verdict::Settled);
    }
    assert_eq!(jittered(u32::MAX, 0.0), LONGEST_PAUSE);
}

#[test]
fn attempts_are_counted() {
    let mut persistence = Persistence::new(usual(2));
    for failed in [1, 2] {
        let verdict = persistence.judge(&occasion(UNAVAILABLE));
        let want = Progress::Retry { failed, all: 3 };
        assert!(matches!(verdict, Verdict::Again(_, progress) if progress == want));
    }
    assert_eq!(persistence.judge(&occasion(UNAVAILABLE)), Verdict::Settled);
}

#[test]
fn only_idempotent_methods_are_repeated_once_something_was_sent() {
    for (method, want) in [
        ("GET", true),
        ("HEAD", true),
        ("OPTIONS", true),
        ("PUT", true),
        ("DELETE", true),
        ("TRACE", true),
        ("POST", false),
        ("PATCH", false),
        ("BREW", false),
    ] {
        let sent = Occasion {
            method,
            ..occasion(UNAVAILABLE)
        };
        assert_eq!(is_repeated(&usual(1), &sent), want, "{method}");
        let all = Rules {
            all_methods: true,
            ..usual(1)
        };
        assert!(is_repeated(&all, &sent), "{method}");
        let unsent = Occasion {
            method,
            ..occasion(REFUSED)
        };
        assert!(is_repeated(&usual(1), &unsent), "{method}");
    }
    let verdict = Persistence::new(usual(1)).judge(&Occasion {
        method: "POST",
        ..occasion(UNAVAILABLE)
    });
    assert!(matches!(verdict, Verdict::GivenUp(why) if why.contains("--retry-all-methods")));
}

#[test]
fn a_server_says_how_long_to_pause_in_seconds_or_by_a_date() {
    for (value, want) in [
        ("0", Some(0)),
        (" 7 ", Some(7)),
        ("Sun, 09 Sep 2001 01:46:50 GMT", Some(10)),
        ("Sunday, 09-Sep-01 01:46:45 GMT", Some(5)),
        ("Sun Sep  9 01:46:41 2001", Some(1)),
        ("Sun, 09 Sep 2001 01:46:00 GMT", Some(0)),
        ("99999999999999999999999", Some(u64::MAX)),
        ("-1", None),
        ("1.5", None),
        ("soon", None),
        ("", None),
    ] {
        let asked = asked_pause(value.as_bytes(), 1_000_000_000);
        assert_eq!(asked, want.map(Duration::from_secs), "{value}");
    }
}

#[test]
fn what_a_server_asks_for_is_granted_as_far_as_the_time_goes() {
    let judged = |max_time, retry_after: &str, elapsed| {
        let rules = Rules {
            max_time,
            ..usual(1)
        };
        Persistence::new(rules).judge(&Occasion {
            retry_after: Some(retry_after.as_bytes()),
            elapsed: Duration::from_secs(elapsed),
            ..occasion(UNAVAILABLE)
        })
    };
    let minute = MaxTime::Limited(Duration::from_secs(60));
    for (max_time, asked, elapsed, want) in [
        (minute, "60", 0, Some(60)),
        (minute, "61", 0, None),
        (minute, "20", 41, None),
        (minute, "0", 61, Some(0)),
        (minute, "99999999999999999999", 0, None),
        (MaxTime::Unsaid, "300", 0, Some(300)),
        (MaxTime::Unsaid, "301", 0, None),
        (MaxTime::Unlimited, "86400", 99, Some(86_400)),
    ] {
        let verdict = judged(max_time, asked, elapsed);
        let want = want.map(Duration::from_secs);
        assert_eq!(pause(&verdict), want, "{max_time:?} {asked}");
        if want.is_none() {
            let Verdict::GivenUp(why) = verdict else {
                panic!("{asked}: no word about it");
            };
            assert!(why.contains("Retry-After") && why.contains("--retry-max-time"));
        }
    }
}

#[test]
fn no_attempt_begins_after_the_time_for_all_of_them() {
    let rules = Rules {
        max_time: MaxTime::Limited(Duration::from_secs(1)),
        ..usual(9)
    };
    let late = |elapsed| Occasion {
        elapsed: Duration::from_millis(elapsed),
        ..occasion(REFUSED)
    };
    assert!(is_repeated(&rules, &late(500)));
    let verdict = Persistence::new(rules).judge(&late(501));
    assert!(matches!(verdict, Verdict::GivenUp(why) if why.contains("--retry-max-time")));
}

fn waiting(seconds: u64) -> Rules {
    Rules {
        wait: Some(Duration::from_secs(seconds)),
        ..Rules::default()
    }
}

#[test]
fn a_server_is_looked_for_at_growing_intervals_until_the_time_is_over() {
    let mut persistence = Persistence::new(waiting(3));
    let mut elapsed = Duration::ZERO;
    let mut pauses = Vec::new();
    let summary = loop {
        match persistence.judge(&Occasion {
            elapsed,
            ..occasion(REFUSED)
        }) {
            Verdict::Again(pause, progress) => {
                assert_eq!(progress == Progress::StillWaits, !pauses.is_empty());
                pauses.push(pause.as_millis());
                elapsed += pause;
            }
            Verdict::GivenUp(summary) => break summary,
            Verdict::Settled => panic!("it gives up without a word"),
        }
    };
    assert_eq!(pauses, [50, 100, 200, 400, 800, 1000, 400]);
    assert_eq!(
        summary,
        "waited 3 s for the server in vain (--wait, 8 attempts)"
    );
    assert!(persistence.waited_in_vain());
}

#[test]
fn the_wait_ends_with_the_first_answer_that_is_no_gateways() {
    for (event, want) in [
        (REFUSED, true),
        (Event::Failed(Trouble::BrokenOff), true),
        (Event::Failed(Trouble::Silent), true),
        (Event::Answered(502), true),
        (UNAVAILABLE, true),
        (Event::Answered(504), true),
        (Event::Answered(500), false),
        (Event::Answered(404), false),
        (Event::Answered(302), false),
    ] {
        assert_eq!(
            is_repeated(&waiting(9), &occasion(event)),
            want,
            "{event:?}"
        );
    }
    let mut persistence = Persistence::new(waiting(9));
    assert_eq!(
        persistence.judge(&occasion(Event::Answered(200))),
        Verdict::Settled
    );
    assert_eq!(persistence.judge(&occasion(REFUSED)), Verdict::Settled);
    assert!(!persistence.waited_in_vain());
}

#[test]
fn a_post_waits_for_the_connection_and_goes_out_once() {
    let post = |event| Occasion {
        method: "POST",
        ..occasion(event)
    };
    assert!(is_repeated(&waiting(9), &post(REFUSED)));
    assert!(!is_repeated(&waiting(9), &post(UNAVAILABLE)));
    assert!(!is_repeated(
        &waiting(9),
        &post(Event::Failed(Trouble::BrokenOff))
    ));
    let persistence = Persistence::new(waiting(9));
    let covers = |method| {
        let deadline = persistence.deadline(Instant::now(), method);
        deadline.map(|deadline| deadline.covers)
    };
    assert_eq!(covers("POST"), Some(Covered::Connecting));
    assert_eq!(covers("GET"), Some(Covered::Answer));
}

#[test]
fn retries_and_their_time_begin_when_the_server_is_there() {
    let mut persistence = Persistence::new(Rules {
        wait: Some(Duration::from_secs(60)),
        max_time: MaxTime::Limited(Duration::from_secs(1)),
        ..usual(1)
    });
    let after = |secs, event| Occasion {
        elapsed: Duration::from_secs(secs),
        ..occasion(event)
    };
    let looks = persistence.judge(&after(0, REFUSED));
    assert_eq!(pause(&looks), Some(FIRST_LOOK));
    let limited = persistence.judge(&after(40, Event::Answered(429)));
    assert_eq!(pause(&limited), Some(FIRST_PAUSE));
    assert!(persistence.deadline(Instant::now(), "GET").is_none());
    assert_eq!(persistence.judge(&after(41, UNAVAILABLE)), Verdict::Settled);
}

#[test]
fn times_are_written_for_people() {
    for (millis, want) in [
        (432, "0.4 s"),
        (30_000, "30 s"),
        (12_345, "12 s"),
        (0, "0 s"),
    ] {
        assert_eq!(seconds(Duration::from_millis(millis)), want);
    }
}
