using System.Security.Cryptography;
using Dapper;

namespace ImageGateway.Database;

/// <summary>Keys that the gateway generates for itself, once for all replicas.</summary>
internal static class GatewayKeys
{
    /// <summary>The key with this name; generated if there is none yet.</summary>
    /// <param name="database">The database that stores it.</param>
    /// <param name="name">Its name.</param>
    /// <param name="bytes">The length of a new key.</param>
    public static async Task<byte[]> FindOrMakeAsync(SqlDatabase database, string name, int bytes)
    {
        await using var connection = await database.OpenAsync(CancellationToken.None);
        var value = Convert.ToBase64String(RandomNumberGenerator.GetBytes(bytes));
        // If several replicas start at once, one generates it.
        await connection.ExecuteAsync("INSERT INTO gateway_keys (name, value) VALUES (@name, @value) ON CONFLICT (name) DO NOTHING", new { name, value });
        return Convert.FromBase64String(await connection.ExecuteScalarAsync<string>("SELECT value FROM gateway_keys WHERE name = @name", new { name }) ?? value);
    }
}
