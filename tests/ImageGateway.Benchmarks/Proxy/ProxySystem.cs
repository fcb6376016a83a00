using System.Diagnostics;
using System.Net.Sockets;
using ImageGateway.Benchmarks.Load;
using ImageGateway.Benchmarks.Processes;

namespace ImageGateway.Benchmarks.Proxy;

/// <summary>What is measured: a server in front of the stub or, as <c>direct</c>, the stub itself.</summary>
internal sealed record ProxySystem(string Name, int Port, ChildProcess Process)
{
    public const string Direct = "direct";
    public const string Yarp = "yarp";

    private static readonly TimeSpan StartTime = TimeSpan.FromSeconds(30);

    /// <summary>The gateway without a ledger, with one in each of the databases, with quotas in Redis, and with a ledger and quotas.</summary>
    public const string Gateway = "gateway";
    public const string Sqlite = "gateway+sqlite";
    public const string Postgres = "gateway+postgres";
    public const string Redis = "gateway+redis";
    public const string SqliteRedis = "gateway+sqlite+redis";

    /// <summary>The gateway that records every answer and gives none again; that gives again what is in its memory; and what is in Redis.</summary>
    public const string Recording = "gateway+recording";
    public const string Cache = "gateway+cache";
    public const string CacheRedis = "gateway+cache+redis";

    /// <summary>Measured when nothing else is asked for, and all that there are, in the order of a round.</summary>
    public static readonly string[] Usual = [Direct, "nginx", Yarp, Gateway];
    public static readonly string[] Names = [.. Usual, Sqlite, Postgres, Redis, SqliteRedis, Recording, Cache, CacheRedis];

    /// <summary>Starts the stub and the systems asked for, each in a process of its own, and waits until they answer.</summary>
    public static List<ProxySystem> Start(IReadOnlyCollection<string> names, ChildProcesses children)
    {
        var stubPort = FreePort.Next();
        var stub = new ProxySystem(Direct, stubPort, children.Start(DotNet.Self("stub", $"{stubPort}")));
        stub.WaitUntilItAnswers();
        var systems = names.Contains(Direct) ? new List<ProxySystem> { stub } : [];
        foreach (var name in Names.Where(name => name != Direct && names.Contains(name)))
        {
            var port = FreePort.Next();
            if (Command(name, children, port, stubPort) is not { } command)
                continue;
            systems.Add(new ProxySystem(name, port, children.Start(command)));
            systems[^1].WaitUntilItAnswers();
        }
        return systems;
    }

    private static ChildCommand? Command(string name, ChildProcesses children, int port, int upstream)
    {
        var directory = children.Directory;
        if (name == Yarp)
            return DotNet.Self(Yarp, $"{port}", $"{upstream}");
        if (name == Gateway)
            return Proxy.Gateway.Command(name, directory, port, upstream, "");
        if (name == Sqlite)
            return Proxy.Gateway.Command(name, directory, port, upstream, "Data Source=ledger.db");
        if (name is Recording or Cache)
            return Proxy.Gateway.Command(name, directory, port, upstream, "", caches: true);
        if (name is Redis or SqliteRedis or CacheRedis)
            return WithRedis(name, children, port, upstream);
        if (name == Postgres)
            return WithPostgres(children, port, upstream);
        if (Nginx.Find() is { } program)
            return Nginx.Command(program, directory, port, upstream);
        Console.Error.WriteLine("nginx is not installed and left out.");
        return null;
    }

    private static ChildCommand? WithPostgres(ChildProcesses children, int port, int upstream)
    {
        if (Proxy.Postgres.Find() is not { } programs)
        {
            Console.Error.WriteLine("PostgreSQL is not installed and left out.");
            return null;
        }
        var serverPort = FreePort.Next();
        var server = children.Start(Proxy.Postgres.Command(programs, serverPort));
        server.WaitUntilItListens(serverPort, StartTime);
        return Proxy.Gateway.Command(Postgres, children.Directory, port, upstream, Proxy.Postgres.ConnectionString(serverPort));
    }

    private static ChildCommand WithRedis(string name, ChildProcesses children, int port, int upstream)
    {
        var serverPort = FreePort.Next();
        var server = children.Start(new ChildCommand("redis-server", "redis-server", "--port", $"{serverPort}", "--bind", "127.0.0.1", "--save", "", "--dir", children.Directory));
        server.WaitUntilItListens(serverPort, StartTime);
        return Proxy.Gateway.Command(name, children.Directory, port, upstream, name == SqliteRedis ? "Data Source=ledger.db" : "", $"127.0.0.1:{serverPort}", caches: name == CacheRedis);
    }

    private void WaitUntilItAnswers()
    {
        var begin = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                using var caller = new Caller(Requests.For(Answers.Small), Port);
                caller.Call();
                return;
            }
            catch (Exception e) when (e is SocketException or InvalidDataException)
            {
                if (Process.HasExited || Stopwatch.GetElapsedTime(begin) > StartTime)
                    throw new LoadException($"{Name} does not answer: {e.Message}\n{Process.Output()}", e);
                Thread.Sleep(50);
            }
        }
    }
}
