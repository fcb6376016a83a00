namespace ImageGateway.Hosting;

/// <summary>The configuration in force. A request takes it once and keeps it to its end; a reload puts another in its place.</summary>
internal sealed class Snapshots(GatewaySnapshot first)
{
    private volatile GatewaySnapshot _current = first;
    private volatile int _refused;

    public GatewaySnapshot Current
    {
        get => _current;
        set => (_current, _refused) = (value, 0);
    }

    /// <summary>Mistakes of a later configuration, which was refused; 0: this one is the latest.</summary>
    public int Refused
    {
        get => _refused;
        set => _refused = value;
    }
}
