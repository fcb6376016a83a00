using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Npgsql;

namespace ImageGateway.SystemTests.Databases;

/// <summary>
/// A PostgreSQL server of the tests' own, with fsync on. A shell watches over it and ends it with the tests, however these end.
/// PostgreSQL refuses to run as root; it is the user postgres then.
/// </summary>
public sealed class PostgresServer : IAsyncDisposable
{
    // Below the ports of outgoing connections, so that it is free again for the next start.
    private const int FirstPort = 20_000;
    private const int LastPort = 32_000;

    private const string Script = """
        trap : INT TERM HUP
        folder=$(mktemp -d -t imagegateway-postgres-XXXXXX) || exit
        initdb --pgdata "$folder" --username gateway --auth trust --encoding UTF8 --locale C --no-sync >/dev/null || exit
        printf '%s\n' "port = $0" "listen_addresses = '127.0.0.1'" "unix_socket_directories = ''" "max_connections = 200" "fsync = on" >> "$folder/postgresql.conf"
        pg_ctl --pgdata "$folder" --log "$folder/log" --wait start >/dev/null || cat "$folder/log" >&2
        echo "$folder"
        cat >/dev/null
        pg_ctl --pgdata "$folder" --mode immediate stop >/dev/null 2>&1
        rm -rf "$folder"
        """;

    private readonly Process _guard;
    private readonly string _folder;
    private readonly int _port;

    private PostgresServer(Process guard, string folder, int port) => (_guard, _folder, _port) = (guard, folder, port);

    /// <summary>A server that is ready.</summary>
    public static async Task<PostgresServer> StartAsync()
    {
        var port = FreePort();
        var guard = Process.Start(Command("sh", "-c", Script, $"{port}"))!;
        var folder = await guard.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException($"PostgreSQL's server could not be made: {await guard.StandardError.ReadToEndAsync()}");
        var server = new PostgresServer(guard, folder, port);
        await server.ExecuteAsync("SELECT 1");
        return server;
    }

    /// <summary>A new, empty database; its connection string.</summary>
    public async Task<string> NewDatabaseAsync()
    {
        var name = $"test_{Guid.NewGuid():N}";
        await ExecuteAsync($"CREATE DATABASE {name}");
        return ConnectionString(name);
    }

    /// <summary>Runs a statement in a connection of its own.</summary>
    public Task ExecuteAsync(string sql) => ScalarAsync(sql);

    /// <summary>Runs a statement in a connection of its own; the first value it gives.</summary>
    public async Task<object?> ScalarAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(ConnectionString("postgres") + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync();
    }

    /// <summary>Stops it as a crash would: connections break, nothing is written any more.</summary>
    public Task StopAsync() => ControlAsync("--mode", "immediate", "stop");

    /// <summary>Starts it again; it recovers what was committed.</summary>
    public Task StartAgainAsync() => ControlAsync("--log", Path.Combine(_folder, "log"), "--wait", "start");

    public async ValueTask DisposeAsync()
    {
        _guard.StandardInput.Close();
        await _guard.WaitForExitAsync();
        _guard.Dispose();
    }

    private string ConnectionString(string database) => $"Host=127.0.0.1;Port={_port};Username=gateway;Database={database}";

    private async Task ControlAsync(params string[] args)
    {
        using var control = Process.Start(Command("pg_ctl", ["--pgdata", _folder, .. args]))!;
        var errors = control.StandardError.ReadToEndAsync();
        // The server inherits nothing of it, so its output ends with it.
        await control.StandardOutput.ReadToEndAsync();
        await control.WaitForExitAsync();
        if (control.ExitCode != 0)
            throw new InvalidOperationException($"pg_ctl {string.Join(' ', args)}: {await errors}");
    }

    private static ProcessStartInfo Command(string program, params string[] args)
    {
        string[] command = Environment.IsPrivilegedProcess ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", program, .. args] : [program, .. args];
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            WorkingDirectory = "/",
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["PATH"] = $"{Environment.GetEnvironmentVariable("PATH")}:{Programs()}";
        return start;
    }

    // Debian does not put the server's programs on the path.
    private static string Programs() => Directory.Exists("/usr/lib/postgresql")
        ? Directory.GetDirectories("/usr/lib/postgresql").OrderDescending().Select(version => Path.Combine(version, "bin")).FirstOrDefault(Directory.Exists) ?? ""
        : "";

    private static int FreePort()
    {
        while (true)
        {
            var port = Random.Shared.Next(FirstPort, LastPort);
            using var listener = new TcpListener(IPAddress.Loopback, port);
            try
            {
                listener.Start();
                return port;
            }
            catch (SocketException)
            {
                // Taken.
            }
        }
    }
}
