#!/usr/bin/env bash
# Tests how scripts/test finds and installs a Vulkan driver, with machines invented by fakes of apt, dpkg and sudo.
# Nothing outside of a temporary folder is touched. Each case runs in a subshell of its own.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=scripts/driver.sh
source scripts/driver.sh

room=$(mktemp -d)
trap 'rm -rf "$room"' EXIT
failures=0

# An invented machine: Debian 12, no driver, root. Cases change what they need.
# shellcheck disable=SC2034 # read by the functions of scripts/driver.sh
machine() {
    unset RIDGEWALK_WITHOUT_GPU VK_DRIVER_FILES VK_ICD_FILENAMES
    user=0 system=Linux programs="apt-get dpkg-query sudo" candidate=22.3.6-1 backported=25.0.7-2 suites=bookworm
    rm -rf "${room:?}"/*
    backports_file=$room/backports.sources os_release=$room/os-release icd_folders=("$room")
    printf 'ID=debian\nVERSION_CODENAME=bookworm\n' >"$os_release"
    printf 'Types: deb\nSuites: bookworm\nSigned-By: /usr/share/keyrings/debian.gpg\n' >"$room/debian.sources"
    touch "$room/calls"
}

has() { [[ " $programs " == *" $1 "* ]]; }
id() { say "$user"; }
uname() { if [[ $1 == -s ]]; then say "$system"; else say x86_64; fi; }
sudo() { say "sudo" >>"$room/calls" && shift && "$@"; }
env() { shift && "$@"; }
dpkg-query() { [[ -r $room/installed ]] && printf 'installed %s\n' "$(cat "$room/installed")"; }
apt-cache() { printf '%s:\n  Installed: (none)\n  Candidate: %s\n' "$2" "$candidate"; }
apt-get() {
    if [[ $1 == indextargets ]]; then
        if [[ " $suites " == *" ${3#Release: } "* ]]; then
            printf 'MetaKey: a\nRepo-URI: http://mirror/debian/\nSourcesentry: %s:1\n\n' "$room/debian.sources"
        fi
        return
    fi
    say "apt-get $*" >>"$room/calls"
    [[ $1 == install ]] || return 0
    if [[ " $* " == *-backports* ]]; then candidate=$backported; fi
    say "$candidate" >"$room/installed"
    say "{}" >"$room/lvp_icd.json"
}

# Runs a case, a function, in a subshell. It goes to the background because a condition would switch `set -e` off.
run_case() {
    "$1" >"$room.out" 2>&1 &
    if ! wait $!; then
        failures=$((failures + 1))
        say "FAILED: $1" && cat "$room.out" "$room/calls"
    fi
    rm -f "$room.out"
}

expect() { [[ $1 == *"$2"* ]] || { say "expected '$2' in '$1'" && exit 1; }; }
expect_no_installation() { [[ ! -s $room/calls ]] || exit 1; }

# prepare_driver, or what it says when it gives up, with the status 2.
gives_up() {
    local said status=0
    said=$(prepare_driver 2>&1) || status=$?
    expect "$status" 2
    expect "$said" "$1"
}

a_good_driver_is_left_alone() {
    machine && say 25.0.7-2 >"$room/installed" && touch "$room/lvp_icd.json"
    prepare_driver && expect_no_installation
    expect "$VK_DRIVER_FILES" "$room/lvp_icd.json"
}

the_older_name_of_the_driver_is_known() {
    machine && say 23.2.1-1ubuntu3 >"$room/installed" && touch "$room/lvp_icd.x86_64.json"
    prepare_driver && expect_no_installation
    expect "$VK_ICD_FILENAMES" "$room/lvp_icd.x86_64.json"
}

debian_12_gets_its_driver_from_backports() {
    machine && say 22.3.6-1+deb12u2 >"$room/installed"
    prepare_driver
    expect "$(cat "$room/calls")" "install --yes --no-install-recommends --target-release bookworm-backports mesa-vulkan"
    expect "$(cat "$backports_file")" "URIs: http://mirror/debian/
Suites: bookworm-backports
Components: main
Signed-By: /usr/share/keyrings/debian.gpg"
}

a_key_in_the_one_line_format_is_found() {
    machine && say "deb [arch=amd64 signed-by=/key.gpg] http://mirror/debian bookworm main" >"$room/debian.sources"
    prepare_driver && expect "$(cat "$backports_file")" "Signed-By: /key.gpg"
    machine && say "deb http://mirror/debian bookworm main" >"$room/debian.sources"
    prepare_driver && [[ $(cat "$backports_file") != *Signed-By* ]]
}

backports_that_are_there_are_not_added() {
    machine && suites="bookworm bookworm-backports"
    prepare_driver && [[ ! -e $backports_file ]]
    expect "$(cat "$room/calls")" "--target-release bookworm-backports"
}

newer_systems_get_their_own_driver() {
    machine && candidate=25.0.7-2
    prepare_driver && [[ ! -e $backports_file && $(cat "$room/calls") != *target-release* ]]
    expect "$(cat "$room/calls")" "install --yes --no-install-recommends mesa-vulkan-drivers libvulkan1"
}

an_ubuntu_that_is_too_old_is_told_so() {
    machine && candidate=21.2.6-0ubuntu0 && printf 'ID=ubuntu\nVERSION_CODENAME=focal\n' >"$os_release"
    gives_up "the newest mesa-vulkan-drivers here is 21.2.6-0ubuntu0"
}

backports_without_a_good_driver_are_not_trusted() {
    machine && backported=22.3.6-1
    gives_up "older than"
}

without_root_sudo_installs() {
    machine && user=1000
    prepare_driver && expect "$(head -n 1 "$room/calls")" sudo
}

without_root_and_sudo_the_way_out_is_named() {
    machine && user=1000 && programs="apt-get dpkg-query"
    gives_up "RIDGEWALK_WITHOUT_GPU=1" && expect_no_installation
}

other_systems_are_told_what_to_install() {
    machine && programs=
    gives_up "Fedora" && expect_no_installation
}

who_wants_no_driver_gets_none() {
    machine && RIDGEWALK_WITHOUT_GPU=1 && prepare_driver && expect_no_installation && [[ -z ${VK_DRIVER_FILES:-} ]]
    machine && prepare_driver --hardware && expect_no_installation && [[ -z ${VK_DRIVER_FILES:-} ]]
    machine && system=Darwin && prepare_driver && expect_no_installation && [[ -z ${VK_DRIVER_FILES:-} ]]
    machine && VK_ICD_FILENAMES=/own.json && prepare_driver && expect_no_installation && [[ -z ${VK_DRIVER_FILES:-} ]]
}

for name in a_good_driver_is_left_alone the_older_name_of_the_driver_is_known debian_12_gets_its_driver_from_backports \
    a_key_in_the_one_line_format_is_found backports_that_are_there_are_not_added newer_systems_get_their_own_driver \
    an_ubuntu_that_is_too_old_is_told_so backports_without_a_good_driver_are_not_trusted without_root_sudo_installs \
    without_root_and_sudo_the_way_out_is_named other_systems_are_told_what_to_install who_wants_no_driver_gets_none; do
    run_case "$name"
done
[[ $failures -eq 0 ]] && say "tests/driver.sh: 12 passed"
