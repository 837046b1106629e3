# How scripts/test finds a Vulkan driver for the GPU tests, and installs one if it must. Sourced, not run.
#
# In: RIDGEWALK_WITHOUT_GPU, VK_DRIVER_FILES, VK_ICD_FILENAMES, and an option. Out: the two VK_ variables, exported,
# and $driver, which says in words what the tests will run on. tests/driver.sh tests all of this.
# shellcheck shell=bash disable=SC2034 # $driver is read where this is sourced

say() { printf '%s\n' "$*"; }

die() {
    printf 'scripts/test: %s\n' "$*" >&2
    exit 2
}

has() { command -v "$1" >/dev/null; }

# Mesa 22.3 is known to end loops early, 25.0 is known not to. Versions between them are taken on trust from 23.1 on:
# the canary, which runs before the first GPU test, has the last word about any driver.
first_good_mesa=23.1
backports_file=/etc/apt/sources.list.d/ridgewalk-backports.sources
os_release=/etc/os-release
icd_folders=(/etc/vulkan/icd.d /usr/share/vulkan/icd.d /usr/local/share/vulkan/icd.d)

is_good() { [[ -n $1 ]] && dpkg --compare-versions "$1" ge "$first_good_mesa"; }

installed_version() {
    dpkg-query --show --showformat '${db:Status-Status} ${Version}\n' "$1" 2>/dev/null |
        awk '$1 == "installed" && !found++ { print $2 }'
}

candidate_version() { LC_ALL=C apt-cache policy "$1" | sed -n 's/^ *Candidate: \([0-9]\)/\1/p'; }

driver_is_installed() {
    is_good "$(installed_version mesa-vulkan-drivers)" && [[ -n $(installed_version libvulkan1) ]]
}

# The description file by which the Vulkan loader finds Mesa's software driver; its name differs between versions.
software_icd() {
    local folder name
    for folder in "${icd_folders[@]}"; do
        for name in lvp_icd.json "lvp_icd.$(uname -m).json"; do
            if [[ -r $folder/$name ]]; then
                say "$folder/$name"
                return
            fi
        done
    done
    return 1
}

as_root() {
    if [[ $(id -u) -eq 0 ]]; then
        "$@"
    elif has sudo; then
        sudo -- "$@"
    else
        die "installing a driver needs root, and there is no sudo; as root, run: apt-get install mesa-vulkan-drivers" \
            "libvulkan1 (Mesa $first_good_mesa or later), or do without: RIDGEWALK_WITHOUT_GPU=1 scripts/test"
    fi
}

apt_install() { as_root env DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends "$@"; }

# A field of what apt has read about the suite $1, from whatever kind of file: a Repo-URI, or the file itself.
apt_field() { apt-get indextargets "Created-By: Packages" "Release: $1" | awk -v name="$2:" '$1 == name && !found++ { print $2 }'; }

# The key by which a sources file of either format says that its packages are signed, if it says.
signing_key() { awk '/^Signed-By: ./ || sub(/.*signed-by=/, "key ") { sub(/].*/, ""); if (!found++) print $2 }' "$1"; }

# Adds the backports of Debian $1, from the mirror and with the key that the machine uses for Debian $1 itself.
add_backports() {
    local mirror entry key=
    mirror=$(apt_field "$1" Repo-URI)
    entry=$(apt_field "$1" Sourcesentry)
    [[ -n $mirror ]] || die "apt knows no source of $1; add $1-backports by hand, or RIDGEWALK_WITHOUT_GPU=1 scripts/test"
    if [[ -r ${entry%:*} ]]; then key=$(signing_key "${entry%:*}"); fi
    say "Adding $backports_file: $1-backports from $mirror"
    {
        say "Types: deb"
        say "URIs: $mirror"
        say "Suites: $1-backports"
        say "Components: main"
        if [[ -n $key ]]; then say "Signed-By: $key"; fi
    } | as_root tee "$backports_file" >/dev/null
    as_root apt-get update
}

install_driver() {
    local codename backports
    say "The GPU tests need software Vulkan, which this machine does not have (Mesa $first_good_mesa or later)."
    say "Installing with apt: mesa-vulkan-drivers and libvulkan1. Other ways, also without root: scripts/test --help"
    as_root apt-get update
    if is_good "$(candidate_version mesa-vulkan-drivers)"; then
        apt_install mesa-vulkan-drivers libvulkan1
    else
        # shellcheck source=/dev/null
        codename=$(. "$os_release" && [[ ${ID:-} == debian ]] && say "${VERSION_CODENAME:-}") || codename=
        [[ -n $codename ]] || die "the newest mesa-vulkan-drivers here is $(candidate_version mesa-vulkan-drivers), and" \
            "$first_good_mesa is needed; see scripts/test --help for ways without it"
        backports=$codename-backports
        if [[ -z $(apt_field "$backports" Repo-URI) ]]; then add_backports "$codename"; fi
        apt_install --target-release "$backports" mesa-vulkan-drivers libvulkan1
    fi
    driver_is_installed || die "apt installed mesa-vulkan-drivers $(installed_version mesa-vulkan-drivers)," \
        "older than $first_good_mesa; see scripts/test --help for ways without it"
}

# Decides which driver the GPU tests run on, and installs it if it must; $1 is empty or --hardware.
prepare_driver() {
    if [[ ${RIDGEWALK_WITHOUT_GPU:-0} != 0 ]]; then
        driver="no GPU: its tests are left out"
    elif [[ ${1:-} == --hardware ]]; then
        driver="the drivers of this machine's GPU"
    elif [[ $(uname -s) != Linux ]]; then
        driver="the drivers of this system"
    elif [[ -n ${VK_DRIVER_FILES:-${VK_ICD_FILENAMES:-}} ]]; then
        driver="the driver of your choice, ${VK_DRIVER_FILES:-$VK_ICD_FILENAMES}"
    else
        if has dpkg-query && has apt-get; then
            driver_is_installed || install_driver
        fi
        VK_DRIVER_FILES=$(software_icd) || die "there is no software Vulkan driver here, and no apt to install it:" \
            "install Mesa's lavapipe $first_good_mesa or later and the Vulkan loader (Fedora: mesa-vulkan-drivers" \
            "vulkan-loader; Arch: vulkan-swrast vulkan-icd-loader), or see scripts/test --help for ways without it"
        # The second name is for Vulkan loaders older than 1.3.207, such as that of Ubuntu 22.04.
        export VK_DRIVER_FILES VK_ICD_FILENAMES=$VK_DRIVER_FILES
        driver="software Vulkan, $VK_DRIVER_FILES"
    fi
}
