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

    // The server first, so that it cannot mourn its children. Its next start would take one that is dead and not yet buried by
    // its parent for alive: so the file goes with it.
    private const string Kill = """
        read -r p < "$0"; all="$p $(cat /proc/$p/task/$p/children)"
        kill -9 $all
        for one in $all; do while [ -e /proc/$one/exe ]; do sleep 0.02; done; done
        rm "$0"
        """;

    // A file system that nobody else sees, and that is gone with the server.
    private const string SmallDisk = "mount -t tmpfs -o size=$0,mode=1777 tmpfs /tmp && exec \"$@\"";

    private readonly Process _guard;
    private readonly string _folder;
    private readonly int _port;
    private readonly bool _hasDisk;
    private string _complaint = "";

    private PostgresServer(Process guard, string folder, int port, bool hasDisk) => (_guard, _folder, _port, _hasDisk) = (guard, folder, port, hasDisk);

    /// <summary>A server that is ready.</summary>
    /// <param name="disk">The size of a file system of its own in memory, as in 512m, which root can give it; null: it is where temporary files are.</param>
    public static async Task<PostgresServer> StartAsync(string? disk = null)
    {
        var port = FreePort();
        var guard = Process.Start(Command(disk is null ? [] : ["unshare", "--mount", "sh", "-c", SmallDisk, disk], ["sh", "-c", Script, $"{port}"]))!;
        var folder = await guard.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException($"PostgreSQL's server could not be made: {await guard.StandardError.ReadToEndAsync()}");
        var server = new PostgresServer(guard, folder, port, disk is not null);
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

    /// <summary>Ends all of its processes at once, with no chance to do anything about it.</summary>
    public async Task KillAsync()
    {
        using var kill = Process.Start("sh", ["-c", Kill, Path.Combine(Inside, "postmaster.pid")]);
        await kill.WaitForExitAsync();
    }

    /// <summary>Fills the file system of its own to the last block.</summary>
    public void FillDisk()
    {
        using var filler = new FileStream(Filler, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        foreach (var size in (int[])[1 << 20, 4096])
        {
            try
            {
                for (var block = new byte[size]; ;)
                    filler.Write(block);
            }
            catch (IOException)
            {
                // Full for blocks of this size.
            }
        }
    }

    /// <summary>Makes room again, and starts the server when the full disk has ended it.</summary>
    public async Task FreeDiskAsync()
    {
        File.Delete(Filler);
        if (!await TryControlAsync("status"))
            await StartAgainAsync();
    }

    public async ValueTask DisposeAsync()
    {
        _guard.StandardInput.Close();
        await _guard.WaitForExitAsync();
        _guard.Dispose();
    }

    private string ConnectionString(string database) => $"Host=127.0.0.1;Port={_port};Username=gateway;Database={database}";

    // Its folder as others see it.
    private string Inside => _hasDisk ? $"/proc/{_guard.Id}/root{_folder}" : _folder;

    private string Filler => _hasDisk ? $"/proc/{_guard.Id}/root/tmp/filler" : throw new InvalidOperationException("The server has no file system of its own.");

    private async Task ControlAsync(params string[] args)
    {
        if (!await TryControlAsync(args))
            throw new InvalidOperationException($"pg_ctl {string.Join(' ', args)}: {_complaint}{string.Join('\n', File.ReadLines(Path.Combine(Inside, "log")).TakeLast(20))}");
    }

    private async Task<bool> TryControlAsync(params string[] args)
    {
        using var control = Process.Start(Command(_hasDisk ? ["nsenter", $"--target={_guard.Id}", "--mount"] : [], ["pg_ctl", "--pgdata", _folder, .. args]))!;
        var errors = control.StandardError.ReadToEndAsync();
        // The server inherits nothing of it, so its output ends with it.
        await control.StandardOutput.ReadToEndAsync();
        await control.WaitForExitAsync();
        _complaint = await errors;
        return control.ExitCode == 0;
    }

    private static ProcessStartInfo Command(string[] under, string[] program)
    {
        string[] command = [.. under, .. Environment.IsPrivilegedProcess ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", .. program] : program];
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
