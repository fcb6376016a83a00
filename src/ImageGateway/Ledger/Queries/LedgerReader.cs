using System.Data.Common;
using ImageGateway.Database;
using ImageGateway.Images;

namespace ImageGateway.Ledger.Queries;

/// <summary>Gives readers access to the ledger: it includes jobs that have just finished, and a failing database is a 503.</summary>
internal sealed partial class LedgerReader(SqlDatabase? database, JobLedger ledger, ILogger<LedgerReader> log)
{
    /// <summary>Reads with a separate connection, after jobs that have finished by now are written.</summary>
    /// <exception cref="GatewayException">No database is configured, or it fails.</exception>
    public async Task<T> ReadAsync<T>(Func<DbConnection, Task<T>> read, CancellationToken cancellationToken)
    {
        if (database is null)
            throw new GatewayException(ErrorKind.StoreUnavailable, "No ledger is kept: ConnectionStrings:Database is empty.");
        await ledger.FlushAsync().WaitAsync(cancellationToken);
        try
        {
            await using var connection = await database.OpenAsync(cancellationToken);
            return await read(connection);
        }
        catch (Exception e) when (SqlDatabase.IsFailure(e))
        {
            LogFailed(e);
            throw new GatewayException(new GatewayError(ErrorKind.StoreUnavailable, "The ledger cannot be read now. Please try again later."), e);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The ledger cannot be read")]
    private partial void LogFailed(Exception exception);
}
