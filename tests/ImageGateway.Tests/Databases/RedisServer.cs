using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace ImageGateway.Tests.Databases;

/// <summary>A redis-server of the tests' own, on a free port, in a folder of its own; every write is on the disk before it is answered.</summary>
public sealed class RedisServer : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly string _folder = Directory.CreateTempSubdirectory("imagegateway-redis-").FullName;
    private readonly string[] _options;
    private Process? _process;

    public RedisServer()
        : this([]) { }

    internal RedisServer(params string[] options)
    {
        _options = options;
        Start();
    }

    public int Port { get; } = FreePort();

    public string ConnectionString => $"127.0.0.1:{Port}";

    /// <summary>A port nobody listens on, nor on the one 10 000 above it, which a node of a cluster takes too.</summary>
    public static int FreePort()
    {
        while (true)
        {
            // Below the ports of outgoing connections, so that it is free again for the next start.
            var port = Random.Shared.Next(11_000, 20_000);
            try
            {
                using TcpListener listener = new(IPAddress.Loopback, port), bus = new(IPAddress.Loopback, port + 10_000);
                listener.Start();
                bus.Start();
                return port;
            }
            catch (SocketException)
            {
                // Taken.
            }
        }
    }

    /// <summary>Starts it, on the data it had.</summary>
    public void Start()
    {
        string[] own = ["--port", $"{Port}", "--bind", "127.0.0.1", "--dir", _folder, "--save", "", "--appendonly", "yes", "--appendfsync", "always"];
        _process = Process.Start(new ProcessStartInfo("redis-server", [.. own, .. _options]) { RedirectStandardOutput = true, UseShellExecute = false })!;
        _process.OutputDataReceived += static (_, _) => { };
        _process.BeginOutputReadLine();
        var started = Stopwatch.StartNew();
        while (!Answers())
        {
            if (_process.HasExited || started.Elapsed > Patience)
                throw new InvalidOperationException("redis-server did not start");
            Thread.Sleep(10);
        }
    }

    /// <summary>Stops it where it is, so that it answers nobody, until the result is disposed.</summary>
    public IDisposable Freeze()
    {
        Signal("STOP");
        for (var clock = Stopwatch.StartNew(); !File.ReadAllText($"/proc/{_process!.Id}/stat").Contains(") T ", StringComparison.Ordinal); Thread.Sleep(1))
        {
            if (clock.Elapsed > Patience)
                throw new InvalidOperationException("redis-server did not stop");
        }
        return new Thaw(this);
    }

    /// <summary>Ends it as a power cut does.</summary>
    public void Kill()
    {
        _process!.Kill();
        _process.WaitForExit();
        _process.Dispose();
        _process = null;
    }

    /// <summary>Sends a command and gives the first line of its answer, or the whole of a bulk string.</summary>
    public string Command(string line)
    {
        using var client = new TcpClient { ReceiveTimeout = (int)Patience.TotalMilliseconds };
        client.Connect(IPAddress.Loopback, Port);
        var stream = client.GetStream();
        stream.Write(Encoding.UTF8.GetBytes(line + "\r\n"));
        using var reader = new StreamReader(stream, Encoding.UTF8);
        var first = reader.ReadLine() ?? "";
        if (!first.StartsWith('$') || first == "$-1")
            return first;
        var bulk = new char[int.Parse(first[1..])];
        return new string(bulk, 0, reader.ReadBlock(bulk));
    }

    /// <summary>A number of <c>INFO replication</c>.</summary>
    public long Replication(string name) => long.Parse(Command("INFO replication").Split("\r\n").Single(line => line.StartsWith($"{name}:", StringComparison.Ordinal))[(name.Length + 1)..], CultureInfo.InvariantCulture);

    public void Dispose()
    {
        if (_process is not null)
            Kill();
        Directory.Delete(_folder, recursive: true);
    }

    private void Signal(string name)
    {
        using var kill = Process.Start("kill", [$"-{name}", $"{_process!.Id}"]);
        kill.WaitForExit();
    }

    private sealed class Thaw(RedisServer server) : IDisposable
    {
        public void Dispose() => server.Signal("CONT");
    }

    internal bool Answers()
    {
        try
        {
            return Command("PING") == "+PONG";
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            return false;
        }
    }
}
