//! Makes one permission of each command, so that `capabilities/main.json` can allow them by name.

#[path = "src/command_names.rs"]
pub mod command_names;

#[expect(clippy::print_stderr, reason = "a build script speaks to cargo")]
fn main() {
    // The page is compiled in, so a new build of it is a reason to compile again.
    println!("cargo:rerun-if-changed=../ui/dist");
    let manifest = tauri_build::AppManifest::new().commands(command_names::COMMAND_NAMES);
    let attributes = tauri_build::Attributes::new().app_manifest(manifest);
    if let Err(error) = tauri_build::try_build(attributes) {
        eprintln!("{error:#}");
        std::process::exit(1);
    }
}
