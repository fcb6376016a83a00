namespace ImageGateway.Images;

/// <summary>A change to one parameter before it is sent to a provider; <see cref="Value"/> null removes it.</summary>
/// <param name="Name">The parameter's name on the wire.</param>
/// <param name="Value">The new value as text.</param>
/// <param name="IsText">False for numbers and booleans, which JSON writes without quotes.</param>
internal readonly record struct ParameterChange(string Name, string? Value, bool IsText = true);

/// <summary>The body of a job as received. Disposing it returns its memory and deletes its temporary files.</summary>
internal abstract class RequestBody : IDisposable
{
    public abstract void Dispose();
}
