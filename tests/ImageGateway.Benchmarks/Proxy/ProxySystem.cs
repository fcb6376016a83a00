using System.Diagnostics;
using System.Net.Sockets;
using ImageGateway.Benchmarks.Load;
using ImageGateway.Benchmarks.Processes;

namespace ImageGateway.Benchmarks.Proxy;

/// <summary>What is measured: a server in front of the stub or, as <c>direct</c>, the stub itself.</summary>
internal sealed record ProxySystem(string Name, int Port, ChildProcess Process)
{
    public const string Direct = "direct";
    public const string Nginx = "nginx";
    public const string Yarp = "yarp";
    public const string Portkey = "portkey";

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

    /// <summary>The gateway with all that it can do: in one process with SQLite, and with Redis and PostgreSQL on the same machine.</summary>
    public const string Embedded = "embedded";
    public const string Scaled = "scaled";

    /// <summary>Measured when nothing else is asked for, and all that there are, in the order of a round.</summary>
    public static readonly string[] Usual = [Direct, Nginx, Yarp, Gateway];
    public static readonly string[] Names = [.. Usual, Portkey, Embedded, Scaled, Sqlite, Postgres, Redis, SqliteRedis, Recording, Cache, CacheRedis];

    public static readonly TimeSpan StartTime = TimeSpan.FromSeconds(30);

    /// <summary>What its requests have besides the usual headers.</summary>
    public string Headers { get; init; } = "";

    /// <summary>How many tenants ask it, in turns.</summary>
    public int Tenants { get; init; } = 1;

    public bool IsGateway => Name is not (Direct or Nginx or Yarp or Portkey);

    /// <summary>Whether each of its requests must be in its ledger.</summary>
    public bool HasLedger => Name is Embedded or Scaled;

    /// <summary>Whether it does what the case asks for: of Portkey the JSON of generations alone is compared.</summary>
    public bool Serves(ProxyCase proxyCase) => Name != Portkey || (proxyCase.Answer is { IsStream: false } && proxyCase.Answer != Answers.Upload);

    /// <summary>Asks for the smallest answer until there is one.</summary>
    /// <exception cref="LoadException">There is none in time.</exception>
    public void WaitUntilItAnswers()
    {
        var begin = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                using var caller = new Caller([Requests.For(Answers.Small, Headers)], Port);
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
