using System.Security.Cryptography;
using ImageGateway.Configuration;
using ImageGateway.Images;
using ImageGateway.Telemetry;

namespace ImageGateway.Hosting;

/// <summary>
/// Reloads the configuration when its file, the catalogue or a secret's file changes. Mistakes are all logged, and the
/// configuration in force stays. Files are compared by content, which is reliable with mounted links and editors' renames; the
/// configuration file also by its last write time, so that touching it fetches new versions of a vault's secrets.
/// </summary>
internal sealed partial class ConfigurationReload(Snapshots snapshots, GatewayFile file, SimulatorAddress simulator, LogLevels levels, TimeProvider time, ILogger<ConfigurationReload> log) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    // A rejected configuration may name a secret that is mounted later; nothing watches that file, so the reload is retried.
    private static readonly TimeSpan Again = TimeSpan.FromSeconds(10);

    private string _known = "";
    private IReadOnlyList<string> _mistakes = [];
    private DateTimeOffset _tried;

    protected override Task ExecuteAsync(CancellationToken stoppingToken)
    {
        _known = Fingerprint();
        return time.EveryAsync(Interval, LookAsync, stoppingToken);
    }

    private Task LookAsync()
    {
        var now = Fingerprint();
        if (now == _known && (_mistakes.Count == 0 || time.GetUtcNow() - _tried < Again))
            return Task.CompletedTask;
        var watched = snapshots.Current.SecretFiles;
        Reload(isNew: now != _known);
        // Changes to other files do not trigger a reload.
        _known = watched.SequenceEqual(snapshots.Current.SecretFiles) ? now : Fingerprint();
        return Task.CompletedTask;
    }

    private void Reload(bool isNew)
    {
        _tried = time.GetUtcNow();
        try
        {
            var warnings = new List<string>();
            var configuration = file.Read();
            var next = GatewayConfiguration.Load(configuration, file.FirstRun, time, simulator.Value, warnings);
            levels.Apply(configuration);
            simulator.Learn?.Invoke(configuration);
            (snapshots.Current, _mistakes) = (next, []);
            LogReloaded(file.Path);
            foreach (var warning in warnings)
                LogWarning(warning);
            if (RestartOptions.Changed(file.AtStart, configuration) is { Count: > 0 } late)
                LogLate(string.Join(", ", late));
        }
        catch (ConfigurationException e)
        {
            snapshots.Refused = e.Mistakes.Count;
            var isTold = !isNew && e.Mistakes.SequenceEqual(_mistakes);
            _mistakes = e.Mistakes;
            if (isTold)
                return;
            LogRefused(file.Path, e.Mistakes.Count);
            foreach (var mistake in e.Mistakes)
                LogMistake(mistake);
        }
    }

    // A file that is being replaced may be missing for a moment; it counts once it is back.
    private string Fingerprint()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(BitConverter.GetBytes(LastWrite(file.Path)));
        foreach (var path in (string[])[file.Path, snapshots.Current.CataloguePath, .. snapshots.Current.SecretFiles])
        {
            try
            {
                hash.AppendData(File.ReadAllBytes(path));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                hash.AppendData("missing"u8);
            }
        }
        return Convert.ToHexString(hash.GetHashAndReset());
    }

    // The time of a link's target: a link has its own times.
    private static long LastWrite(string path)
    {
        try
        {
            return (File.ResolveLinkTarget(path, returnFinalTarget: true) ?? new FileInfo(path)).LastWriteTimeUtc.Ticks;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return 0;
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Configuration reloaded from {Path}")]
    private partial void LogReloaded(string path);

    [LoggerMessage(Level = LogLevel.Warning, Message = "These options changed since the start and need a restart: {Options}")]
    private partial void LogLate(string options);

    [LoggerMessage(Level = LogLevel.Error, Message = "The changed configuration {Path} has {Count} mistakes; the previous one stays in force")]
    private partial void LogRefused(string path, int count);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Mistake}")]
    private partial void LogMistake(string mistake);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Warning}")]
    private partial void LogWarning(string warning);
}

/// <summary>The address of the simulator inside this process and the callback that gives it a changed configuration; null when none runs.</summary>
internal sealed record SimulatorAddress(Uri? Value, Action<IConfiguration>? Learn = null);
