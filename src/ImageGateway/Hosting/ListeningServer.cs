using System.Net.Sockets;
using System.Security.Cryptography;
using ImageGateway.Configuration;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;

namespace ImageGateway.Hosting;

/// <summary>A server that cannot listen reports it as a mistake in the option that has its addresses.</summary>
internal sealed class ListeningServer(IServer server, string option) : IServer
{
    public IFeatureCollection Features => server.Features;

    /// <summary>Listens.</summary>
    /// <exception cref="ConfigurationException">It cannot listen.</exception>
    public async Task StartAsync<TContext>(IHttpApplication<TContext> application, CancellationToken cancellationToken)
        where TContext : notnull
    {
        // Read now: the server clears them before it listens.
        var addresses = string.Join(", ", Features.Get<IServerAddressesFeature>()?.Addresses ?? []);
        try
        {
            await server.StartAsync(application, cancellationToken);
        }
        catch (Exception e) when (e is IOException or SocketException or UnauthorizedAccessException or CryptographicException or InvalidOperationException or NotSupportedException or FormatException or ArgumentException)
        {
            throw new ConfigurationException([Mistake(e, addresses)]);
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => server.StopAsync(cancellationToken);

    public void Dispose() => server.Dispose();

    /// <summary>Puts it around the web server, which listens for the data plane.</summary>
    public static void Add(IServiceCollection services, string option)
    {
        var web = services.Single(service => service.ServiceType == typeof(IServer));
        services.Remove(web);
        services.AddSingleton<IServer>(provider => new ListeningServer((IServer)ActivatorUtilities.CreateInstance(provider, web.ImplementationType!), option));
    }

    // The server's messages have further lines, of advice.
    private string Mistake(Exception e, string addresses)
    {
        var reason = e.Message.Split('\n')[0].Trim().TrimEnd('.');
        if (e is FileNotFoundException or DirectoryNotFoundException or UnauthorizedAccessException or CryptographicException)
            return $"Kestrel: a certificate cannot be read: {reason}";
        if (e.InnerException is AddressInUseException)
            return $"{option}: {reason}. Choose another address{(option == "Urls" ? " with --urls http://127.0.0.1:PORT" : "")}";
        return addresses.Length == 0 ? $"{option}: {reason}" : $"{option}: cannot listen at {addresses}: {reason}";
    }
}
