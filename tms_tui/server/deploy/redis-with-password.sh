#!/bin/sh
# Starts Redis with the password of the file that REDIS_PASSWORD_FILE names; nothing is kept on the disk.
# The password stands in a file in memory, never in an argument or in the environment.
set -eu
home=${REDIS_RUN:-/run/redis}
umask 077
password=$(cat "$REDIS_PASSWORD_FILE")
case $password in
    '' | *[!A-Za-z0-9]*)
        echo "$REDIS_PASSWORD_FILE must hold one line of letters and digits, as openssl rand -hex 32 writes it" >&2
        exit 2
        ;;
esac
printf 'requirepass %s\nsave ""\nappendonly no\n' "$password" > "$home/redis.conf"
if [ "$(id -u)" = 0 ] && command -v docker-entrypoint.sh > /dev/null; then
    chown redis "$home" "$home/redis.conf"
    exec docker-entrypoint.sh redis-server "$home/redis.conf" "$@"
fi
exec redis-server "$home/redis.conf" "$@"
