namespace ImageGateway.Ledger;

/// <summary>Writes to the spool, and leaves a disk that did not take it alone for a moment. Used by one thread.</summary>
/// <param name="spool">The spool.</param>
/// <param name="time">The clock.</param>
/// <param name="pause">How long it is left alone.</param>
/// <param name="log">The log.</param>
internal sealed partial class SpoolAttempts(LedgerSpool spool, TimeProvider time, TimeSpan pause, ILogger log)
{
    private long? _failedAt;

    /// <summary>True when all of it is on the disk.</summary>
    /// <param name="works">What the database does not take.</param>
    /// <param name="isLast">The gateway stops: there is no later.</param>
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
