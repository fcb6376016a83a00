namespace ImageGateway.Ledger;

/// <summary>Writes to the spool; after a failed write, leaves the disk alone for a moment. Used by one thread.</summary>
/// <param name="spool">The spool.</param>
/// <param name="time">The clock.</param>
/// <param name="pause">How long the disk is left alone.</param>
/// <param name="log">The log.</param>
internal sealed partial class SpoolAttempts(LedgerSpool spool, TimeProvider time, TimeSpan pause, ILogger log)
{
    private long? _failedAt;

    /// <summary>True when everything is on the disk.</summary>
    /// <param name="works">The records that the database does not accept.</param>
    /// <param name="isLast">The gateway is stopping: there is no later try.</param>
    public bool TryAppend(IReadOnlyList<LedgerWork> works, bool isLast)
    {
        if (!isLast && _failedAt is { } at && time.GetElapsedTime(at) < pause)
            return false;
        try
        {
            if (spool.Append(works))
                return true;
            LogSpoolFull(works.Count);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            LogSpoolFailed(works.Count, e.Message);
        }
        _failedAt = time.GetTimestamp();
        return false;
    }

    [LoggerMessage(Level = LogLevel.Critical, Message = "The ledger's spool is full: {Count} records wait in memory")]
    private partial void LogSpoolFull(int count);

    [LoggerMessage(Level = LogLevel.Critical, Message = "The ledger's spool cannot be written, {Count} records wait in memory: {Message}")]
    private partial void LogSpoolFailed(int count, string message);
}
