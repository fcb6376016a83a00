using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;

namespace ImageGateway.Hosting;

/// <summary>
/// The data plane's server, and one for a control plane with its own addresses. When the gateway stops, the first stops
/// accepting connections while the second keeps answering, so that operators can watch the drain until it ends.
/// </summary>
internal sealed class TwoPlanes(IServer data, IServer control) : IServer
{
    /// <summary>The data plane's features; once it runs, the addresses are those of both planes, the control plane's last.</summary>
    public IFeatureCollection Features { get; } = new FeatureCollection(data.Features);

    public async Task StartAsync<TContext>(IHttpApplication<TContext> application, CancellationToken cancellationToken)
        where TContext : notnull
    {
        await data.StartAsync(application, cancellationToken);
        await control.StartAsync(application, cancellationToken);
        var both = new ServerAddressesFeature();
        foreach (var address in (string[])[.. Addresses(data), .. Addresses(control)])
            both.Addresses.Add(address);
        Features.Set<IServerAddressesFeature>(both);
    }

    /// <summary>Stops only the data plane.</summary>
    public Task StopAsync(CancellationToken cancellationToken) => data.StopAsync(cancellationToken);

    /// <summary>Stops the control plane too, once nothing is in progress.</summary>
    public Task StopControlAsync(CancellationToken cancellationToken) => control.StopAsync(cancellationToken);

    public void Dispose()
    {
        data.Dispose();
        control.Dispose();
    }

    /// <summary>Replaces the data plane's <see cref="ListeningServer"/>; <paramref name="mark"/> marks each connection of the control plane.</summary>
    public static void Add(IServiceCollection services, IReadOnlyList<BindingAddress> control, Action<ListenOptions> mark)
    {
        var data = services.Single(service => service.ServiceType == typeof(IServer));
        services.Remove(data);
        services.AddSingleton(provider => new TwoPlanes((IServer)data.ImplementationFactory!(provider), new ListeningServer(Control(provider, control, mark), "Gateway:Admin:Urls")));
        services.AddSingleton<IServer>(provider => provider.GetRequiredService<TwoPlanes>());
    }

    // Certificates and defaults come from the server's own section; its endpoints belong to the data plane.
    private static KestrelServer Control(IServiceProvider provider, IReadOnlyList<BindingAddress> addresses, Action<ListenOptions> mark)
    {
        var options = new KestrelServerOptions { ApplicationServices = provider };
        GatewayServer.Bound(options);
        options.ConfigureEndpointDefaults(mark);
        var shared = provider.GetRequiredService<IConfiguration>().GetSection("Kestrel").AsEnumerable(makePathsRelative: true).Where(setting => !setting.Key.StartsWith("Endpoints", StringComparison.OrdinalIgnoreCase));
        var endpoints = addresses.Select((address, i) => KeyValuePair.Create($"Endpoints:{i}:Url", (string?)address.ToString()));
        options.Configure(new ConfigurationBuilder().AddInMemoryCollection(shared.Concat(endpoints)).Build());
        return new KestrelServer(Options.Create(options), provider.GetRequiredService<IConnectionListenerFactory>(), provider.GetRequiredService<ILoggerFactory>());
    }

    private static ICollection<string> Addresses(IServer server) => server.Features.GetRequiredFeature<IServerAddressesFeature>().Addresses;
}
