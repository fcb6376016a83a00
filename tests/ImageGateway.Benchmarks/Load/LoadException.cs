namespace ImageGateway.Benchmarks.Load;

/// <summary>A request failed, so nothing measured in this run counts.</summary>
internal sealed class LoadException(string message, Exception? inner = null) : Exception(message, inner);
