using System.Diagnostics;
using System.Reflection;
using ImageGateway.Benchmarks.Processes;

namespace ImageGateway.Chaos.Fleet;

/// <summary>One gateway, at one address whichever process is behind it; started under another program where one is given.</summary>
internal sealed class Replica(string name, string file, int port, ChildProcesses children, string[]? under = null) : IDisposable
{
    private static readonly string Program =
        Path.GetFullPath(typeof(Replica).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(item => item.Key == "GatewayProgram").Value!);

    private readonly HttpClient _http = new() { BaseAddress = new Uri($"http://127.0.0.1:{port}"), Timeout = TimeSpan.FromSeconds(5) };
    private ChildProcess? _process;
    private int _starts;

    public string Name => name;

    public Uri Url => _http.BaseAddress!;

    /// <summary>The id of its process now.</summary>
    public int ProcessId => _process!.Id;

    /// <summary>The logs of all its processes, in order.</summary>
    public IEnumerable<string> Logs => Enumerable.Range(1, _starts).Select(start => Path.Combine(children.Directory, $"{name}-{start}.log"));

    /// <summary>Starts a process; it may take a while to be ready.</summary>
    public void Start()
    {
        var command = DotNet.Command($"{name}-{++_starts}", Program, "--config", file, "--urls", $"{Url}", "--Serilog:MinimumLevel", "Warning");
        if (under is [var program, .. var arguments])
            command = command with { Program = program, Arguments = [.. arguments, command.Program, .. command.Arguments] };
        _process = children.Start(command with { Directory = Path.GetDirectoryName(file) });
    }

    /// <summary>Waits until it takes requests.</summary>
    /// <exception cref="TimeoutException">It does not in time.</exception>
    public async Task ReadyAsync(TimeSpan time)
    {
        for (var clock = Stopwatch.StartNew(); !await IsReadyAsync(); await Task.Delay(100))
        {
            if (clock.Elapsed > time || _process!.HasExited)
                throw new TimeoutException($"{name} is not ready after {clock.Elapsed.TotalSeconds:0} s: {_process!.Output()}");
        }
    }

    /// <summary>What a balancer asks.</summary>
    public async Task<bool> IsReadyAsync()
    {
        try
        {
            using var response = await _http.GetAsync("/healthz/ready");
            return response.IsSuccessStatusCode;
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
        {
            return false;
        }
    }

    /// <summary>The value of a metric without labels, or the sum over its labels.</summary>
    public async Task<double> MetricAsync(string metric)
    {
        var lines = (await _http.GetStringAsync("/metrics")).Split('\n');
        return lines.Where(line => line.StartsWith(metric, StringComparison.Ordinal) && line.Length > metric.Length && line[metric.Length] is ' ' or '{').Sum(line => double.Parse(line[(line.LastIndexOf(' ') + 1)..]));
    }

    /// <summary>Ends it as a power cut does.</summary>
    public void Kill() => _process!.Kill();

    /// <summary>Asks it to end, as an orchestrator does, and waits until it has.</summary>
    /// <exception cref="TimeoutException">It has not in time.</exception>
    public async Task TerminateAsync(TimeSpan time)
    {
        using (var kill = Process.Start("kill", ["-TERM", $"{ProcessId}"]))
            await kill.WaitForExitAsync();
        for (var clock = Stopwatch.StartNew(); !_process!.HasExited; await Task.Delay(20))
        {
            if (clock.Elapsed > time)
                throw new TimeoutException($"{name} has not ended {time.TotalSeconds:0} s after SIGTERM: {_process.Output()}");
        }
    }

    public void Dispose() => _http.Dispose();
}
