//! The door `httpie`.

fn main() -> std::process::ExitCode {
    httpie::main(httpie::Door::Httpie)
}
