using ImageGateway.Benchmarks.Processes;

namespace ImageGateway.Benchmarks.Proxy;

/// <summary>Starts systems, each in a process of its own, with the servers that they need. What is not installed is left out, and said.</summary>
internal sealed class SystemStart
{
    private readonly ChildProcesses _children;
    private readonly int _stub = FreePort.Next();
    private readonly ProxySystem _direct;
    private readonly Dictionary<string, GatewaySetup> _setups = [];

    /// <summary>Starts the stub.</summary>
    public SystemStart(ChildProcesses children)
    {
        _children = children;
        _direct = new ProxySystem(ProxySystem.Direct, _stub, children.Start(DotNet.Self("stub", $"{_stub}")));
        _direct.WaitUntilItAnswers();
    }

    /// <summary>The systems asked for, when they answer.</summary>
    public List<ProxySystem> All(IReadOnlyCollection<string> names)
    {
        var systems = names.Contains(ProxySystem.Direct) ? new List<ProxySystem> { _direct } : [];
        foreach (var name in ProxySystem.Names.Where(name => name != ProxySystem.Direct && names.Contains(name)))
        {
            if (Command(name, FreePort.Next()) is not var (command, port))
                continue;
            systems.Add(new ProxySystem(name, port, _children.Start(command)) { Headers = Headers(name) });
            systems[^1].WaitUntilItAnswers();
        }
        return systems;
    }

    /// <summary>A gateway in front of the stub, which runs.</summary>
    public ProxySystem Gateway(string name, GatewaySetup setup)
    {
        var port = FreePort.Next();
        var system = new ProxySystem(name, port, _children.Start(Proxy.Gateway.Command(name, _children.Directory, port, _stub, setup))) { Tenants = setup.Tenants };
        system.WaitUntilItAnswers();
        return system;
    }

    /// <summary>The servers of a gateway that was started, and a process by its name.</summary>
    public string RedisOf(string name) => _setups[name].Redis;

    public string PostgresOf(string name) => _setups[name].Database;

    public ChildProcess ProcessOf(string name) => _children.All.Single(child => child.Name == name);

    /// <summary>Where a gateway of that name has its files.</summary>
    public string FolderOf(string name) => Directory.CreateDirectory(Path.Combine(_children.Directory, name)).FullName;

    private string Headers(string name) => name switch
    {
        ProxySystem.Portkey => Portkey.Headers(_stub),
        ProxySystem.Recording => "Cache-Control: no-cache\r\n",
        _ => "",
    };

    private (ChildCommand Command, int Port)? Command(string name, int port)
    {
        if (name == ProxySystem.Yarp)
            return (DotNet.Self(name, $"{port}", $"{_stub}"), port);
        if (name == ProxySystem.Nginx)
            return Nginx.Find() is { } nginx ? (Nginx.Command(nginx, _children.Directory, port, _stub), port) : LeftOut("nginx is not installed");
        if (name == ProxySystem.Portkey)
            return Portkey.Find() is { } portkey ? (Portkey.Command(portkey, port), port) : LeftOut("Portkey is not installed (npm ci in tests/ImageGateway.Benchmarks/portkey)");
        if (Setup(name) is { } made)
            _setups[name] = made;
        return _setups.TryGetValue(name, out var setup) ? (Proxy.Gateway.Command(name, _children.Directory, port, _stub, setup), port) : LeftOut("PostgreSQL is not installed");
    }

    private GatewaySetup? Setup(string name) => name switch
    {
        ProxySystem.Embedded => GatewaySetup.Embedded,
        ProxySystem.Scaled => WithPostgres(GatewaySetup.Embedded with { Redis = Redis(name) }),
        ProxySystem.Sqlite => new GatewaySetup { Database = GatewaySetup.Embedded.Database },
        ProxySystem.Postgres => WithPostgres(new GatewaySetup()),
        ProxySystem.Redis => new GatewaySetup { Redis = Redis(name), Limits = true },
        ProxySystem.SqliteRedis => new GatewaySetup { Redis = Redis(name), Database = GatewaySetup.Embedded.Database, Limits = true },
        ProxySystem.Recording or ProxySystem.Cache => new GatewaySetup { Caches = true },
        ProxySystem.CacheRedis => new GatewaySetup { Caches = true, Redis = Redis(name) },
        _ => new GatewaySetup(),
    };

    private GatewaySetup? WithPostgres(GatewaySetup setup)
    {
        if (Postgres.Find() is not { } programs)
            return null;
        var port = FreePort.Next();
        _children.Start(Postgres.Command(programs, _children.Directory, port)).WaitUntilItListens(port, ProxySystem.StartTime);
        return setup with { Database = Postgres.ConnectionString(port) };
    }

    private string Redis(string name)
    {
        var port = FreePort.Next();
        var command = new ChildCommand($"redis-{name}", "redis-server", "--port", $"{port}", "--bind", "127.0.0.1", "--save", "", "--dir", _children.Directory);
        _children.Start(command).WaitUntilItListens(port, ProxySystem.StartTime);
        return $"127.0.0.1:{port}";
    }

    private static (ChildCommand, int)? LeftOut(string why)
    {
        Console.Error.WriteLine($"{why} and is left out.");
        return null;
    }
}
