using System.Data.Common;
using ImageGateway.Database;
using ImageGateway.Images;

namespace ImageGateway.Tenants;

/// <summary>
/// Keeps the directory up to date with the database, which other replicas change too, and switches targets accordingly: once a
/// second, and immediately after a change by this process. While the database is unavailable everything stays unchanged.
/// </summary>
internal sealed partial class TenantFeed(SqlDatabase database, TenantDirectory directory, Action<TargetSwitch> switchTarget, TimeProvider time, ILogger<TenantFeed> log) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim _reading = new(1);
    private bool _isAway;

    /// <summary>Loads the directory before the first request.</summary>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await ReadAsync(cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    /// <summary>Brings the directory up to date; an unavailable database is logged once.</summary>
    public async Task RefreshAsync(CancellationToken cancellationToken)
    {
        try
        {
            await ReadAsync(cancellationToken);
            if (_isAway)
                LogBack();
            _isAway = false;
        }
        catch (Exception e) when (SqlDatabase.IsFailure(e))
        {
            if (!_isAway)
                LogAway(e.Message);
            _isAway = true;
        }
    }

    public override void Dispose()
    {
        _reading.Dispose();
        base.Dispose();
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => time.EveryAsync(Interval, () => RefreshAsync(stoppingToken), stoppingToken);

    private async Task ReadAsync(CancellationToken cancellationToken)
    {
        await _reading.WaitAsync(cancellationToken);
        try
        {
            await using var connection = await database.OpenAsync(cancellationToken);
            await Snapshot.ReadAsync(connection, () => UpdateAsync(connection));
        }
        finally
        {
            _reading.Release();
        }
    }

    // True when something was new.
    private async Task<bool> UpdateAsync(DbConnection connection)
    {
        var (known, issued) = (directory.Issued, await TenantReader.ReadAsync(connection, directory.Issued));
        if (issued.Number == known.Number)
            return false;
        directory.Limits = await LimitStore.ReadAsync(connection);
        // A lower number means an older database, as in the reader: then everything is new.
        foreach (var made in await TargetSwitches.ReadAsync(connection, issued.Number > known.Number ? known.Number : 0))
            switchTarget(made);
        directory.Issued = issued;
        return true;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The database cannot be read; tenants and keys stay as they were: {Message}")]
    private partial void LogAway(string message);

    [LoggerMessage(Level = LogLevel.Information, Message = "The database can be read again; tenants and keys are up to date")]
    private partial void LogBack();
}
