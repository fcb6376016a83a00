using ImageGateway.Database;
using ImageGateway.Images;

namespace ImageGateway.Tenants;

/// <summary>Makes changes of the control plane, each in one transaction, and applies them to this process before it responds.</summary>
/// <param name="database">Null when none is configured: nothing can be changed then.</param>
/// <param name="feed">Null without a database.</param>
internal sealed class TenantChanges(SqlDatabase? database, TenantFeed? feed, TimeProvider time)
{
    /// <summary>False without a database: nothing can be changed or recorded.</summary>
    public bool CanRecord => database is not null;

    /// <summary>Makes a change; an exception rolls it back.</summary>
    /// <exception cref="GatewayException">There is no database, or it fails.</exception>
    public async Task<T> MakeAsync<T>(Actor actor, Func<ControlChange, Task<T>> make, CancellationToken cancellationToken)
    {
        var made = await CommitAsync(actor, make, cancellationToken);
        await feed!.RefreshAsync(CancellationToken.None);
        return made;
    }

    private async Task<T> CommitAsync<T>(Actor actor, Func<ControlChange, Task<T>> make, CancellationToken cancellationToken)
    {
        if (database is null)
            throw new GatewayException(ErrorKind.StoreUnavailable, "No database is configured (ConnectionStrings:Database is empty), so the control plane cannot store anything.");
        try
        {
            await using var change = await ControlChange.BeginAsync(database, actor, time.GetUtcNow(), cancellationToken);
            var made = await make(change);
            await change.CommitAsync();
            return made;
        }
        catch (Exception e) when (SqlDatabase.IsFailure(e))
        {
            throw new GatewayException(new GatewayError(ErrorKind.StoreUnavailable, "The database did not accept the change. Try again."), e);
        }
    }
}
