using StackExchange.Redis;

namespace ImageGateway.Redis;

/// <summary>How connections to Redis are made, and what counts as its outage.</summary>
internal static class RedisServers
{
    /// <summary>True when the text names a server.</summary>
    public static bool IsConnectionString(string text)
    {
        try
        {
            return ConfigurationOptions.Parse(text).EndPoints.Count > 0;
        }
        catch (Exception e) when (e is ArgumentException or FormatException)
        {
            return false;
        }
    }

    /// <summary>Connects, or keeps trying when the server does not answer.</summary>
    /// <param name="connectionString">The server or servers.</param>
    /// <param name="name">What the connection is for; part of the client name for the server.</param>
    /// <param name="timeout">The longest a connection may take to be made; at least, and by default, a second.</param>
    /// <exception cref="ArgumentException">The connection string is not valid.</exception>
    public static Task<ConnectionMultiplexer> ConnectAsync(string connectionString, string name, TimeSpan timeout = default)
    {
        var options = ConfigurationOptions.Parse(connectionString);
        options.AbortOnConnectFail = false;
        options.ClientName = $"imagegateway-{name}";
        options.ConnectTimeout = (int)Math.Max(1000, timeout.TotalMilliseconds);
        options.SyncTimeout = 1000;
        options.ReconnectRetryPolicy = new LinearRetry(200);
        // After a failover the library goes by the old roles until its next check, by default a minute later, and sends scripts
        // to the old master, which by then is a replica and refuses writes.
        options.ConfigCheckSeconds = 2;
        return ConnectionMultiplexer.ConnectAsync(options);
    }

    /// <summary>True for the failure of a server that cannot be reached or does not answer, not for an error that it answers with.</summary>
    public static bool IsOutage(Exception e) => e is TimeoutException or RedisConnectionException or ObjectDisposedException or OperationCanceledException;
}
