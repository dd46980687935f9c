//! The door `https`.

fn main() -> std::process::ExitCode {
    httpie::main(httpie::Door::Https)
}
