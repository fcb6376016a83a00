using ImageGateway.Benchmarks.Processes;

namespace ImageGateway.Benchmarks.Proxy;

/// <summary>A PostgreSQL server of the run's own, as Debian installs it, with what it commits on the disk.</summary>
internal static class Postgres
{
    // The server refuses to run as root, and the run's directory is closed to other users.
    private const string Script = """
        set -e
        as=; if [ "$(id -u)" = 0 ]; then chmod o+x "$2/.."; chown postgres "$2"; as="runuser -u postgres --"; fi
        $as "$1/initdb" -D "$2/data" -U bench -A trust >/dev/null
        exec $as "$1/postgres" -D "$2/data" -p "$3" -k "$2" -c listen_addresses=127.0.0.1
        """;

    /// <summary>The newest server's directory of programs; null when none is installed.</summary>
    public static string? Find() => Directory.Exists("/usr/lib/postgresql")
        ? Directory.GetDirectories("/usr/lib/postgresql").Select(version => Path.Combine(version, "bin")).Where(bin => File.Exists(Path.Combine(bin, "postgres"))).Order().LastOrDefault()
        : null;

    /// <summary>What starts it.</summary>
    /// <param name="programs">The directory of <see cref="Find"/>.</param>
    /// <param name="folder">The run's directory.</param>
    /// <param name="port">Its port on loopback.</param>
    public static ChildCommand Command(string programs, string folder, int port)
    {
        var directory = Directory.CreateDirectory(Path.Combine(folder, $"postgres-{port}")).FullName;
        return new ChildCommand("postgres-server", "/bin/sh", "-c", Script, "postgres", programs, directory, $"{port}");
    }

    public static string ConnectionString(int port) => $"Host=127.0.0.1;Port={port};Database=postgres;Username=bench";
}
