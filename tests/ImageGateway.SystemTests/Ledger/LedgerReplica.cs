using ImageGateway.Images;
using ImageGateway.Ledger;
using ImageGateway.SystemTests.Running;
using ImageGateway.Tests;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace ImageGateway.SystemTests.Ledger;

/// <summary>The ledger of one process without its gateway, on a clock that the test sets.</summary>
internal sealed class LedgerReplica : IAsyncDisposable
{
    public static readonly TimeSpan Lease = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(10);

    private readonly LedgerReader _reader;
    private readonly ManualTime _time;
    private readonly LedgerOptions _options;
    private readonly LedgerWriter _writer;
    private readonly FailureCount _log = new();
    private LedgerLease? _lease;

    private LedgerReplica(LedgerReader reader, ManualTime time, LedgerOptions options)
    {
        (_reader, _time, _options) = (reader, time, options);
        _writer = new LedgerWriter(reader.Database, new LedgerSpool(options.Spool, options.SpoolBytes, TimeProvider.System, NullLogger<LedgerSpool>.Instance), options, TimeProvider.System, NullLogger<LedgerWriter>.Instance);
        Ledger = new JobLedger(_writer, options);
    }

    public JobLedger Ledger { get; }

    public bool IsFailing => _writer.IsFailing;

    /// <summary>A process that took its lease just now and does not renew it before <see cref="RunLeaseAsync"/>.</summary>
    public static async Task<LedgerReplica> StartAsync(LedgerReader reader, ManualTime time, TemporaryFolder folder, TimeSpan? retention = null)
    {
        var options = new LedgerOptions(LedgerFailureAction.Refuse, Lease, retention, null) { Spool = Path.Combine(folder.Path, $"{Guid.NewGuid():N}.spool"), SpoolBytes = 1 << 20 };
        var replica = new LedgerReplica(reader, time, options);
        await reader.ExecuteAsync($"INSERT INTO leases (process, expires_at) VALUES ('{replica.Ledger.Process}', {(time.Now + Lease).ToUnixTimeMilliseconds()})");
        await replica._writer.StartAsync(CancellationToken.None);
        return replica;
    }

    /// <summary>Renews the lease, sweeps and cleans, at once and from now on.</summary>
    public async Task RunLeaseAsync()
    {
        _lease = new LedgerLease(_reader.Database, Ledger, _options, _ => Task.CompletedTask, _time, _log);
        await _lease.StartAsync(CancellationToken.None);
    }

    /// <summary>How often the lease could not be renewed.</summary>
    public int LeaseFailures => _log.Count;

    /// <summary>Lets time pass, and waits until the lease is renewed.</summary>
    public async Task RenewedAsync(TimeSpan by)
    {
        _time.Advance(by);
        var expires = (_time.Now + Lease - LongestPause).ToUnixTimeMilliseconds();
        await Until.TrueAsync(async () => await _reader.CountAsync($"leases WHERE process = '{Ledger.Process}' AND expires_at > {expires}") == 1, "the lease is renewed");
    }

    /// <summary>A job of acme's for <paramref name="n"/> pictures.</summary>
    public JobRecord Job(int n = 1, decimal markup = 1, string tenant = "acme") => new(
        Guid.CreateVersion7().ToString(), new Caller(tenant, "web", "acme/web", ["*"], Tier.Final) { Markup = markup },
        new ImageJob { Operation = Operation.Generation, Prompt = "a fox", Parameters = new ImageParameters { N = n, Size = "1024x1024", Quality = "low" }, Body = null! }, _time, Ledger.IntendAsync);

    /// <summary>Announces a call that costs at most <paramref name="worst"/> nano-USD.</summary>
    public static async Task<AttemptRecord> BeginAsync(JobRecord job, long worst, string target = "west/gpt-image-1") =>
        await job.BeginAsync(target, "gpt-image-1", job.Job.Parameters, new NanoUsd(worst), 272, 1);

    /// <summary>Answers a call with a picture.</summary>
    public static void Answer(AttemptRecord attempt, long charge, long tokens) =>
        attempt.Answer(null, (new NanoUsd(charge), ChargeBasis.Usage), new TokenUsage(1, 0, 0, 0, tokens, 0), 1, null, null, 1000);

    /// <summary>Closes a job and waits until that is written.</summary>
    public async Task CloseAsync(JobRecord job)
    {
        await Ledger.CloseAsync(job);
        await Ledger.FlushAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_lease is not null)
            await _lease.StopAsync(CancellationToken.None);
        await _writer.StopAsync(CancellationToken.None);
        _lease?.Dispose();
        _writer.Dispose();
    }

    private sealed class FailureCount : ILogger<LedgerLease>
    {
        private int _count;

        public int Count => Volatile.Read(ref _count);

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (formatter(state, exception).Contains("failed", StringComparison.Ordinal))
                Interlocked.Increment(ref _count);
        }
    }
}
