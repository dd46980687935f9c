//! The door `http`.

fn main() -> std::process::ExitCode {
    httpie::main(httpie::Door::Http)
}
