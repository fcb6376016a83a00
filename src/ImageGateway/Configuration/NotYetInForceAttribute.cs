namespace ImageGateway.Configuration;

/// <summary>Options of the contract that this version accepts and does not act on; each one used is logged as a warning at start.</summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class NotYetInForceAttribute(params string[] options) : Attribute
{
    public string[] Options => options;
}
