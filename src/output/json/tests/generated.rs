//! What must hold for any document, tried on generated and on damaged ones.

use super::documents::Random;
use super::*;

#[test]
fn formatting_changes_nothing_but_white_space_and_order() {
    let mut random = Random(7);
    for _ in 0..4000 {
        let text = random.document();
        let mut meaning = oracle::read(&text);
        let unsorted = JsonOptions {
            sort_keys: false,
            ..JsonOptions::default()
        };
        let out = formatted_with(text.as_bytes(), &unsorted).unwrap();
        assert_eq!(
            oracle::read(&String::from_utf8(out).unwrap()),
            meaning,
            "{text}"
        );
        let out = formatted(&text).unwrap();
        oracle::sort(&mut meaning);
        assert_eq!(oracle::read(&out), meaning, "{text}");
        assert_eq!(formatted(&out).as_ref(), Some(&out), "{text}");
    }
}

#[test]
fn sparse_notes_give_the_same_output() {
    let mut random = Random(11);
    let mut big = String::from("{");
    while big.len() < 3 << 20 {
        big.push_str(&format!("\"{}\":", random.below(1 << 40)));
        random.value(6, &mut big);
        big.push(',');
    }
    big.push_str("\"in\":{\"b\":1,\"a\":");
    let inner = big.clone() + "1,\"a\":2}}";
    big.push_str(&inner);
    big.push_str("},\"a\":1}");
    let wanted = formatted(&big).unwrap();
    let index = Index::build_sparse(big.as_bytes()).unwrap();
    let out = written_with(big.as_bytes(), &index, &JsonOptions::default());
    assert!(out == wanted.as_bytes());
}

#[test]
fn many_members_of_one_name_keep_their_order() {
    let mut random = Random(13);
    let names: Vec<usize> = (0..3000).map(|_| random.below(40)).collect();
    let members: Vec<String> = names
        .iter()
        .enumerate()
        .map(|(place, name)| format!("\"{name:02}\":{place}"))
        .collect();
    let mut wanted: Vec<(usize, usize)> = names
        .into_iter()
        .enumerate()
        .map(|(place, name)| (name, place))
        .collect();
    wanted.sort();
    let wanted: Vec<String> = wanted
        .iter()
        .map(|(name, place)| format!("    \"{name:02}\": {place}"))
        .collect();
    check(
        &format!("{{{}}}", members.join(",")),
        &format!("{{\n{}\n}}", wanted.join(",\n")),
    );
}

#[test]
fn notes_stay_small_however_small_the_objects() {
    let text = ["[", &"{\"b\":1,\"a\":1},".repeat(1 << 20), "0]"].concat();
    let index = Index::build(text.as_bytes(), 0, true).unwrap();
    assert!(index.size() < text.len() / 2 + (2 << 20));
    let out = formatted(&text).unwrap();
    assert!(out.starts_with("[\n    {\n        \"a\": 1,\n        \"b\": 1\n    },\n    {"));
    assert_eq!(out.matches("\"a\": 1,\n        \"b\": 1").count(), 1 << 20);
}

#[test]
fn notes_may_end_anywhere() {
    let mut random = Random(37);
    let mut text = String::from("[");
    while text.len() < 1 << 20 {
        random.value(7, &mut text);
        text.push(',');
        // Some are larger than what is looked at again at a time.
        if random.below(400) == 0 {
            text.push_str("{\"z\":{\"b\":1,\"a\":[");
            for _ in 0..random.below(30_000) {
                text.push_str("{\"d\":1,\"c\":{}},");
            }
            text.push_str("{}]},\"y\":{\"f\":1,\"e\":2}},");
        }
    }
    text.push_str("{\"b\":1,\"a\":2}]");
    let wanted = formatted(&text).unwrap();
    for spare in [0, 1000, 40_000, 200_000] {
        let index = Index::build_within(text.as_bytes(), spare).unwrap();
        let out = written_with(text.as_bytes(), &index, &JsonOptions::default());
        assert!(out == wanted.as_bytes(), "{spare}");
    }
}

#[test]
fn damaged_documents_never_make_it_panic() {
    let mut random = Random(3);
    for _ in 0..3000 {
        let mut bytes = random.document().into_bytes();
        for _ in 0..=random.below(3) {
            let length = bytes.len();
            if length == 0 {
                break;
            }
            let at = random.below(length);
            match random.below(4) {
                0 => bytes.truncate(at),
                1 => bytes[at] = random.below(256) as u8,
                2 => bytes.insert(at, b"{}[]\",:\\u0"[random.below(10)]),
                _ => drop(bytes.remove(at)),
            }
        }
        let valid = is_valid_json(&bytes);
        let out = formatted_with(&bytes, &JsonOptions::default());
        assert!(out.is_some() || !valid, "{bytes:?}");
    }
    for _ in 0..20000 {
        let length = random.below(24);
        let bytes: Vec<u8> = (0..length)
            .map(|_| b"{}[]\",:\\u0 1ae-.\xc3\xa9\n"[random.below(19)])
            .collect();
        drop(formatted_with(&bytes, &JsonOptions::default()));
    }
}
