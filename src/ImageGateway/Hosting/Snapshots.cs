namespace ImageGateway.Hosting;

/// <summary>The configuration in force. A request takes it once and keeps it to its end; a reload puts another in its place.</summary>
internal sealed class Snapshots(GatewaySnapshot first)
{
    private volatile GatewaySnapshot _current = first;

    public GatewaySnapshot Current
    {
        get => _current;
        set => _current = value;
    }
}
