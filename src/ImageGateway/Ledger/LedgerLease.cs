using System.Globalization;
using Dapper;
using ImageGateway.Database;
using ImageGateway.Images;

namespace ImageGateway.Ledger;

/// <summary>
/// Renews this process's lease, closes the jobs of processes that stopped renewing theirs, and deletes entries past their
/// retention. Replicas' clocks may differ by less than half a lease.
/// </summary>
/// <param name="database">The ledger's database.</param>
/// <param name="ledger">This process's ledger.</param>
/// <param name="options">The ledger's settings.</param>
/// <param name="abandoned">Called with the jobs that were closed, to settle their quota reservations.</param>
/// <param name="time">The clock.</param>
/// <param name="log">The log.</param>
internal sealed partial class LedgerLease(SqlDatabase database, JobLedger ledger, LedgerOptions options, Func<IReadOnlyList<LedgerEntry>, Task> abandoned, TimeProvider time, ILogger<LedgerLease> log) : BackgroundService
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(10);

    private DateTimeOffset _cleaned;
    private DateTimeOffset _sweepsFrom;

    /// <summary>Creates the lease before the first job.</summary>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await RenewAsync(cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    /// <summary>Ends the lease: whichever replica first sees jobs that are still open closes them.</summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        try
        {
            await ledger.FlushAsync().WaitAsync(cancellationToken);
            await using var connection = await database.OpenAsync(cancellationToken);
            await connection.ExecuteAsync("DELETE FROM leases WHERE process = @Process", new { ledger.Process });
        }
        catch (Exception e) when (SqlDatabase.IsFailure(e) || e is GatewayException)
        {
            LogFailed(e.Message);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var pause = options.Lease / 6 < LongestPause ? options.Lease / 6 : LongestPause;
        using var timer = new PeriodicTimer(pause, time);
        try
        {
            do
                await TryAsync(stoppingToken);
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The gateway is stopping.
        }
    }

    private async Task TryAsync(CancellationToken cancellationToken)
    {
        try
        {
            await RenewAsync(cancellationToken);
            await SweepAsync(cancellationToken);
            await CleanAsync(cancellationToken);
        }
        catch (Exception e) when (SqlDatabase.IsFailure(e))
        {
            LogFailed(e.Message);
            // During the outage other processes could not renew their leases either.
            _sweepsFrom = time.GetUtcNow() + options.Lease;
        }
    }

    private async Task RenewAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        var expires = (time.GetUtcNow() + options.Lease).ToUnixTimeMilliseconds();
        await connection.ExecuteAsync(
            "INSERT INTO leases (process, expires_at) VALUES (@Process, @expires) ON CONFLICT (process) DO UPDATE SET expires_at = excluded.expires_at", new { ledger.Process, expires });
    }

    private async Task SweepAsync(CancellationToken cancellationToken)
    {
        if (time.GetUtcNow() < _sweepsFrom)
            return;
        await using var connection = await database.OpenAsync(cancellationToken);
        // Nearly always there is nothing to close. Checking that only reads the open jobs; the full sweep took a busy
        // PostgreSQL a third of a second every ten seconds.
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        if (!await connection.ExecuteScalarAsync<bool>("SELECT EXISTS (SELECT 1 FROM intents WHERE process NOT IN (SELECT process FROM leases WHERE expires_at > @now))", new { now }))
            return;
        using var store = new LedgerStore(connection);
        while (store.Sweep(time.GetUtcNow().ToUnixTimeMilliseconds()) is { Count: > 0 } closed)
        {
            LogAbandoned(closed.Count, string.Create(CultureInfo.InvariantCulture, $"{closed.Sum(entry => entry.Charge) / 1e9m:0.######}"));
            await abandoned(closed);
        }
    }

    // Once an hour, and not in one long transaction.
    private async Task CleanAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        if (now - _cleaned < TimeSpan.FromHours(1))
            return;
        _cleaned = now;
        await using var connection = await database.OpenAsync(cancellationToken);
        await connection.ExecuteAsync("DELETE FROM leases WHERE expires_at < @before", new { before = (now - options.Lease).ToUnixTimeMilliseconds() });
        if (options.Retention is not { } retention)
            return;
        var before = (now - retention).ToUnixTimeMilliseconds();
        while (await connection.ExecuteAsync("DELETE FROM entries WHERE id IN (SELECT id FROM entries WHERE created_at < @before LIMIT 1000)", new { before }) > 0)
            cancellationToken.ThrowIfCancellationRequested();
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Closed {Count} jobs of processes that are gone, charged at their worst case: {Usd} USD")]
    private partial void LogAbandoned(int count, string usd);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The ledger's lease and sweep failed and will be retried: {Message}")]
    private partial void LogFailed(string message);
}
