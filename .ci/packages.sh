# Debian packages that the tests can use, for `source`: what is missing is installed where we may.
missing=()

# need <packages> <command that works where they are there>
need() {
  local packages=$1
  shift
  "$@" >/dev/null 2>&1 || missing+=($packages)
}

python_has() { /usr/bin/python3 -c "import $1"; }
postgresql_is_there() { ls /usr/lib/postgresql/*/bin/initdb || command -v initdb; }
# sbin is in nobody's PATH but root's.
program() { command -v "$1" || [[ -x /usr/sbin/$1 ]]; }

for_tests() {
  need chromium program chromium
  need curl program curl
  need openssl program openssl
  need python3-httpx python_has httpx
  need python3-requests python_has requests
  need python3-openpyxl python_has openpyxl
  need python3-aiohttp python_has aiohttp
  need python3-pytest python_has pytest
  need "python3-pip python3-setuptools python3-wheel" python_has "setuptools, wheel, pip"
  need mypy test -x /usr/bin/mypy
  need postgresql postgresql_is_there
  need redis-server program redis-server
}

for_soak() {
  need buildah program buildah
  need debootstrap program debootstrap
  need golang-go program go
  need golang-github-masterminds-sprig-dev test -d /usr/share/gocode/src/github.com/Masterminds/sprig
  need golang-k8s-sigs-yaml-dev test -d /usr/share/gocode/src/sigs.k8s.io/yaml
  need nginx-light program nginx
  need pgbouncer program pgbouncer
  need prometheus program prometheus
}

install_missing() {
  if ((${#missing[@]})) && [[ $EUID -eq 0 ]] && command -v apt-get >/dev/null; then
    echo "Installing for the tests: ${missing[*]}"
    export DEBIAN_FRONTEND=noninteractive
    # If it fails the tests that need it say so, by name.
    { apt-get update -qq && apt-get install -y -qq --no-install-recommends "${missing[@]}"; } >/dev/null ||
      echo "apt-get could not install ${missing[*]}" >&2
  fi
}
